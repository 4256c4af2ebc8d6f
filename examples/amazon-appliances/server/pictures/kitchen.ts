import { bar, box, circle, type Drawing, dial, display, ellipse, floor, glass, line, path, rect, repeat, shadow } from './shapes.ts';

const feet = (x: number, width: number) =>
  rect(x + 12, floor - 5, 20, 6, 2, '#2a2e32') + rect(x + width - 32, floor - 5, 20, 6, 2, '#2a2e32');

/** French doors, side by side, or a freezer on top, by chance. */
export const fridge: Drawing = ({ palette, variant }) => {
  const style = variant(/french|4.door|bottom/, /side.by.side/, /top.(freezer|mount)|apartment|slim|upright/);
  const [x, y, w, h] = style === 2 ? [130, 62, 140, 264] : [112, 56, 176, 270];
  const gap = (d: string) => line(d, palette.edge, 2.5, { opacity: 0.75 });
  const dispenser =
    rect(x + 24, y + 62, 40, 58, 5, palette.panel) +
    rect(x + 31, y + 84, 26, 30, 3, '#0b0d0f', { opacity: 0.55 }) +
    rect(x + 32, y + 69, 24, 6, 2, palette.accent);
  const doors =
    style === 0
      ? gap(`M${x + w / 2} ${y + 3} V${y + h * 0.64}`) +
        gap(`M${x + 2} ${y + h * 0.64} h${w - 4}`) +
        bar(x + w / 2 - 13, y + 44, 6, 112) +
        bar(x + w / 2 + 7, y + 44, 6, 112) +
        bar(x + 26, y + h * 0.64 + 16, w - 52, 6) +
        dispenser
      : style === 1
        ? gap(`M${x + w * 0.44} ${y + 3} V${y + h - 3}`) +
          bar(x + w * 0.44 - 13, y + 48, 6, 160) +
          bar(x + w * 0.44 + 7, y + 48, 6, 160) +
          rect(x + 17, y + 66, 38, 58, 5, palette.panel) +
          rect(x + 24, y + 74, 24, 6, 2, palette.accent)
        : gap(`M${x + 2} ${y + h * 0.31} h${w - 4}`) +
          bar(x + 12, y + 30, 6, 44) +
          bar(x + 12, y + h * 0.31 + 14, 6, 78) +
          rect(x + w - 40, y + 18, 22, 5, 2, palette.accent);
  return (
    shadow(200, w / 2 + 12) +
    feet(x, w) +
    box(palette, x, y, w, h - 3, 9) +
    doors +
    rect(x + 5, y + 6, 7, h - 16, 3.5, '#fff', { opacity: 0.28 })
  );
};

export const miniFridge: Drawing = ({ palette, variant }) => {
  const window = variant(/glass|beverage|kegerator/, /fridge|refrigerator|freezer/) === 0;
  return (
    shadow(200, 86) +
    feet(125, 150) +
    box(palette, 125, 150, 150, 178, 12) +
    (window
      ? glass(141, 168, 118, 144, 8) +
        repeat(
          3,
          (k) =>
            rect(147, 206 + k * 36, 106, 2, 1, '#8f9aa3', { opacity: 0.5 }) +
            repeat(4, (c) =>
              rect(154 + c * 25, 188 + k * 36, 13, 18, 3, ['#d9a441', '#7fb0c8', palette.accent, '#c8695a'][(c + k) % 4], {
                opacity: 0.75,
              }),
            ),
        )
      : line('M127 196 h146', palette.edge, 2, { opacity: 0.6 }) + rect(240, 168, 20, 5, 2, palette.accent)) +
    bar(window ? 250 : 138, window ? 200 : 210, 6, 70)
  );
};

export const chestFreezer: Drawing = ({ palette }) =>
  shadow(200, 124) +
  feet(88, 224) +
  box(palette, 88, 196, 224, 132, 10) +
  box(palette, 84, 176, 232, 30, 9) +
  bar(172, 198, 56, 9) +
  repeat(5, (k) => rect(268, 282 + k * 7, 30, 2.5, 1, palette.edge, { opacity: 0.7 })) +
  circle(108, 296, 6, palette.accent);

export const wineCooler: Drawing = ({ palette }) =>
  shadow(200, 84) +
  feet(125, 150) +
  box(palette, 125, 84, 150, 244, 8) +
  display(palette, 178, 92, 44, 13) +
  glass(139, 112, 122, 200, 5) +
  repeat(
    5,
    (row) =>
      repeat(
        4,
        (column) =>
          circle(157 + column * 29, 135 + row * 37, 10.5, ['#55303a', '#3c4a36', '#4d2a31', '#37424c'][(row + column) % 4]) +
          circle(157 + column * 29, 135 + row * 37, 4.5, row % 2 ? palette.accent : '#c9a45c', { opacity: 0.8 }),
      ) + rect(143, 148 + row * 37, 114, 3, 1, '#b98b5a', { opacity: 0.85 }),
  ) +
  bar(262, 150, 6, 110);

export const iceMaker: Drawing = ({ palette }) =>
  shadow(200, 90) +
  box(palette, 122, 166, 156, 163, 16) +
  box(palette, 118, 146, 164, 36, 14) +
  glass(146, 152, 108, 22, 8) +
  display(palette, 170, 194, 60, 18) +
  circle(152, 203, 6, palette.accent) +
  circle(248, 203, 6, palette.panel) +
  rect(146, 226, 108, 80, 8, '#0f1418', { opacity: 0.14 }) +
  repeat(9, (k) =>
    rect(156 + (k % 3) * 30 + (k % 2) * 4, 236 + Math.floor(k / 3) * 22, 24, 19, 6, '#eaf6fb', {
      stroke: '#9cc4d6',
      'stroke-width': 1.2,
      opacity: 0.95,
    }),
  );

export const dishwasher: Drawing = ({ palette, random }) => {
  const bars = random() < 0.5;
  return (
    shadow(200, 112) +
    rect(106, 312, 188, 16, 2, '#23272b') +
    box(palette, 98, 96, 204, 220, 7) +
    rect(98, 96, 204, 34, 7, palette.panel) +
    rect(98, 118, 204, 12, 0, palette.panel) +
    display(palette, 240, 103, 44, 17) +
    repeat(4, (k) => circle(120 + k * 16, 113, 3.4, k === 1 ? palette.accent : '#7d878f')) +
    (bars ? bar(118, 146, 164, 8) : rect(150, 138, 100, 13, 6, '#000', { opacity: 0.22 })) +
    line('M100 290 h200', palette.edge, 1.5, { opacity: 0.6 }) +
    rect(106, 160, 8, 120, 4, '#fff', { opacity: 0.25 }) +
    rect(262, 268, 26, 5, 2, palette.accent)
  );
};

const ovenDoor = (palette: Parameters<typeof box>[0], x: number, y: number, w: number, h: number) =>
  box(palette, x, y, w, h, 6) +
  glass(x + 24, y + 34, w - 48, h - 56) +
  bar(x + 18, y + 12, w - 36, 8) +
  repeat(2, (k) => rect(x + 30, y + 34 + ((h - 56) * (k + 1)) / 3, w - 60, 1.6, 0.8, '#a7b0b7', { opacity: 0.4 }));

/** Gas or electric, by chance. */
export const range: Drawing = ({ palette, variant }) => {
  const gas = variant(/\bgas\b|propane|dual fuel/, /electric|induction/) === 0;
  const top = gas
    ? rect(96, 116, 208, 12, 3, '#22262a') + repeat(3, (k) => line(`M${108 + k * 66} 116 v-9 h52 v9 M${134 + k * 66} 107 v9`, '#1b1e21', 4))
    : rect(96, 112, 208, 14, 4, '#1a1e22') +
      repeat(2, (k) => ellipse(148 + k * 104, 118, 30, 3.2, 'none', { stroke: '#d0533a', 'stroke-width': 1.6, opacity: 0.9 }));
  return (
    shadow(200, 116) +
    feet(96, 208) +
    (gas
      ? ''
      : box(palette, 96, 74, 208, 42, 6) +
        display(palette, 168, 84, 64, 20) +
        repeat(2, (k) => dial(palette, 118 + k * 24, 94, 8, 30 - k * 80)) +
        repeat(2, (k) => dial(palette, 258 + k * 24, 94, 8, -50 + k * 90))) +
    box(palette, 96, 122, 208, 204, 5) +
    top +
    (gas
      ? repeat(5, (k) => dial(palette, 122 + k * 39, 146, 10, [0, 40, -60, 0, 90][k]))
      : rect(98, 128, 204, 12, 0, palette.panel, { opacity: 0.12 })) +
    ovenDoor(palette, 100, 164, 200, 118) +
    box(palette, 100, 286, 200, 38, 5) +
    bar(150, 292, 100, 5)
  );
};

export const oven: Drawing = ({ palette, variant }) => {
  const double = variant(/double/, /single|wall oven/) === 0;
  const display_ =
    rect(98, double ? 66 : 104, 204, 34, 6, palette.panel) +
    display(palette, 166, double ? 72 : 110, 68, 20) +
    circle(124, double ? 83 : 121, 6, palette.accent) +
    circle(276, double ? 83 : 121, 6, '#6d777f');
  return (
    shadow(200, 110) +
    (double
      ? box(palette, 94, 60, 212, 268, 7) + display_ + ovenDoor(palette, 98, 104, 204, 104) + ovenDoor(palette, 98, 214, 204, 110)
      : box(palette, 94, 98, 212, 230, 7) + display_ + ovenDoor(palette, 98, 144, 204, 180))
  );
};

export const cooktop: Drawing = ({ palette, variant }) => {
  const gas = variant(/\bgas\b|propane/, /electric|induction|radiant|ceramic/) === 0;
  const zone = (cx: number, cy: number, r: number) =>
    gas
      ? ellipse(cx, cy, r * 0.55, r * 0.3, '#0d0f11') +
        ellipse(cx, cy - 3, r * 0.34, r * 0.18, 'url(#metalV)') +
        line(`M${cx - r} ${cy} h${2 * r} M${cx} ${cy - r * 0.55} v${r * 1.1}`, '#3a4046', 5)
      : ellipse(cx, cy, r, r * 0.56, 'none', { stroke: '#ccd3d8', 'stroke-width': 1.6, opacity: 0.75 }) +
        ellipse(cx, cy, r * 0.66, r * 0.37, 'none', { stroke: palette.accent, 'stroke-width': 2.4, opacity: 0.9 });
  return (
    ellipse(200, 290, 168, 16, 'url(#shadow)') +
    path('M92 158 h216 l46 112 q2 10 -10 12 H56 q-12 -2 -10 -12z', '#4b535a') +
    path('M94 152 h212 l46 112 q2 8 -8 9 H56 q-10 -1 -8 -9z', 'url(#glass)') +
    path('M112 156 h60 l-60 112 H70z', '#fff', { opacity: 0.05 }) +
    zone(138, 188, 38) +
    zone(256, 186, 32) +
    zone(118, 238, 36) +
    zone(268, 236, 48) +
    repeat(4, (k) => circle(176 + k * 16, 264, 3.6, k === 0 ? palette.accent : '#808a92'))
  );
};

export const microwave: Drawing = ({ palette }) =>
  shadow(200, 138) +
  feet(70, 260) +
  box(palette, 70, 168, 260, 158, 9) +
  glass(86, 184, 164, 126, 7) +
  repeat(6, (k) => rect(100, 202 + k * 16, 136, 1, 0.5, '#cfd6db', { opacity: 0.18 })) +
  bar(256, 190, 7, 114) +
  rect(272, 184, 46, 126, 6, palette.panel) +
  display(palette, 278, 190, 34, 18) +
  repeat(12, (k) => rect(279 + (k % 3) * 12, 218 + Math.floor(k / 3) * 15, 8, 9, 2, '#78828a', { opacity: 0.8 })) +
  rect(279, 284, 32, 14, 4, palette.accent);

export const hood: Drawing = ({ palette, variant }) => {
  const light = path('M104 270 L64 372 H336 L296 270z', '#fff3cf', { opacity: 0.32 });
  return variant(/chimney|wall.mount|island/, /under.cabinet|insert/) === 0
    ? light +
        box(palette, 164, 40, 72, 140, 2) +
        path('M164 178 h72 l76 62 H88z', 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
        box(palette, 84, 238, 232, 30, 4) +
        repeat(4, (k) => circle(170 + k * 20, 253, 4.5, k === 0 ? palette.accent : palette.panel)) +
        rect(112, 268, 176, 6, 2, '#ffe9ad')
    : light +
        path('M100 176 h200 l24 66 H76z', 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
        box(palette, 74, 238, 252, 32, 4) +
        repeat(3, (k) => rect(240 + k * 24, 249, 16, 9, 3, k === 0 ? palette.accent : palette.panel)) +
        rect(100, 270, 200, 5, 2, '#ffe9ad');
};

export const disposal: Drawing = ({ palette }) =>
  shadow(200, 70) +
  rect(168, 86, 64, 22, 5, 'url(#metal)') +
  rect(154, 104, 92, 16, 6, '#33393f') +
  path('M150 122 h100 q14 40 8 96 h-116 q-6 -56 8 -96z', 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  rect(134, 214, 132, 112, 18, '#2b3137') +
  rect(134, 232, 132, 40, 0, palette.accent, { opacity: 0.92 }) +
  rect(150, 244, 66, 7, 3, '#fff', { opacity: 0.85 }) +
  rect(150, 256, 42, 5, 2.5, '#fff', { opacity: 0.6 }) +
  path('M258 152 h36 q10 0 10 10 v26 h-20 v-16 h-26z', 'url(#metalV)');

export const waterDispenser: Drawing = ({ palette }) =>
  shadow(200, 70) +
  path('M160 128 q-10 -20 -10 -46 q0 -16 16 -16 h68 q16 0 16 16 q0 26 -10 46z', '#9ccbe0', { opacity: 0.85 }) +
  path('M162 74 q-4 24 6 46', 'none', { stroke: '#fff', 'stroke-width': 6, opacity: 0.5, 'stroke-linecap': 'round' }) +
  box(palette, 142, 124, 116, 204, 10) +
  rect(156, 150, 88, 76, 8, palette.panel) +
  rect(174, 158, 14, 22, 3, '#4c8fc9') +
  rect(212, 158, 14, 22, 3, '#c8574a') +
  rect(164, 214, 72, 6, 3, 'url(#metalV)') +
  display(palette, 180, 132, 40, 12) +
  line('M144 244 h112', palette.edge, 1.6, { opacity: 0.7 });
