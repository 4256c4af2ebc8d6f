import { bar, box, circle, type Drawing, dial, display, floor, line, path, rect, repeat, shadow } from './shapes.ts';

const porthole = (cx: number, cy: number, r: number, inside: string) =>
  circle(cx, cy, r + 15, 'url(#metal)', { stroke: '#7f8990', 'stroke-width': 1.5 }) +
  circle(cx, cy, r + 4, '#20262b') +
  circle(cx, cy, r, 'url(#glass)') +
  inside +
  path(`M${cx - r * 0.62} ${cy - r * 0.5} a${r * 0.8} ${r * 0.8} 0 0 1 ${r * 0.8} ${-r * 0.3}`, 'none', {
    stroke: '#fff',
    'stroke-width': 7,
    'stroke-linecap': 'round',
    opacity: 0.28,
  });

export const washer: Drawing = ({ palette, variant }) => {
  if (variant(/front.load/, /top.load|portable|twin tub/) === 1) {
    return (
      shadow(200, 100) +
      box(palette, 110, 132, 180, 196, 10) +
      box(palette, 106, 74, 188, 40, 8) +
      display(palette, 176, 84, 48, 20) +
      dial(palette, 138, 94, 12, 40) +
      repeat(3, (k) => circle(246 + k * 15, 94, 4.5, k === 0 ? palette.accent : '#89939b')) +
      path('M106 114 h188 l10 24 q0 6 -6 6 H102 q-6 0 -6 -6z', 'url(#glass)') +
      path('M130 118 h40 l-12 22 h-46z', '#fff', { opacity: 0.1 }) +
      rect(118, 160, 8, 150, 4, '#fff', { opacity: 0.25 }) +
      rect(250, 300, 26, 5, 2, palette.accent)
    );
  }
  const waves =
    path('M146 232 q14 -12 28 0 t28 0 t28 0 t24 0 v8 a54 54 0 0 1 -108 2z', '#8fc3dc', { opacity: 0.7 }) +
    circle(178, 222, 4, '#fff', { opacity: 0.6 }) +
    circle(214, 216, 3, '#fff', { opacity: 0.5 });
  return (
    shadow(200, 106) +
    box(palette, 104, 92, 192, 235, 10) +
    rect(104, 92, 192, 40, 10, palette.panel, { opacity: 0.94 }) +
    rect(114, 101, 54, 22, 4, 'url(#body)', { opacity: 0.9 }) +
    dial(palette, 200, 112, 13, 30) +
    display(palette, 228, 103, 52, 18) +
    porthole(200, 228, 54, waves) +
    rect(104, 310, 192, 1.6, 0, palette.edge, { opacity: 0.6 }) +
    rect(262, 298, 22, 5, 2, palette.accent)
  );
};

export const dryer: Drawing = ({ palette, random }) => {
  const holes = repeat(14, (k) =>
    circle(200 + Math.cos(k * 0.9) * (14 + (k % 3) * 14), 230 + Math.sin(k * 0.9) * (14 + (k % 3) * 14), 3.2, '#8d979e', { opacity: 0.55 }),
  );
  const square = random() < 0.35;
  return (
    shadow(200, 106) +
    box(palette, 104, 92, 192, 235, 10) +
    rect(104, 92, 192, 40, 10, palette.panel, { opacity: 0.94 }) +
    dial(palette, 134, 112, 13, -40) +
    display(palette, 168, 103, 58, 18) +
    repeat(3, (k) => circle(246 + k * 16, 112, 4.5, k === 0 ? palette.accent : '#7c868e')) +
    (square
      ? box(palette, 128, 152, 144, 140, 14) +
        rect(250, 204, 10, 40, 5, 'url(#metal)') +
        rect(146, 170, 90, 104, 10, '#000', { opacity: 0.07 })
      : porthole(200, 230, 54, holes)) +
    repeat(6, (k) => rect(118 + k * 9, 306, 4, 10, 2, palette.edge, { opacity: 0.7 }))
  );
};

/** A drip machine or an espresso machine, by chance. */
export const coffee: Drawing = ({ palette, variant }) =>
  variant(/drip|cup|brew|pot\b/, /espresso|latte|capsule|barista/) === 0
    ? shadow(200, 92) +
      box(palette, 120, 104, 160, 56, 12) +
      box(palette, 120, 150, 48, 178, 8) +
      box(palette, 120, 300, 160, 28, 8) +
      rect(132, 172, 24, 96, 6, '#bfe0ee', { opacity: 0.75 }) +
      rect(132, 212, 24, 56, 5, '#6fb1cf', { opacity: 0.7 }) +
      display(palette, 196, 118, 56, 22) +
      path('M206 160 h50 l-8 14 h-34z', '#2a2f34') +
      path('M186 206 h86 l8 22 q8 60 -12 72 h-78 q-20 -12 -12 -72z', '#dfe9ee', { opacity: 0.5, stroke: '#9fb0b9', 'stroke-width': 2 }) +
      path('M181 244 h96 q3 44 -11 56 h-74 q-14 -12 -11 -56z', '#4b2d1d') +
      rect(180, 196, 98, 13, 6, '#2a2f34') +
      path('M279 222 q30 0 28 28 t-30 28', 'none', { stroke: '#2a2f34', 'stroke-width': 9, 'stroke-linecap': 'round' })
    : shadow(200, 108) +
      box(palette, 108, 116, 184, 74, 10) +
      box(palette, 108, 180, 184, 148, 8) +
      rect(124, 196, 152, 98, 8, '#14181b', { opacity: 0.82 }) +
      circle(146, 152, 16, '#fff', { stroke: palette.edge, 'stroke-width': 3 }) +
      line('M146 152 l8 -8', '#b23a48', 2.5) +
      repeat(3, (k) => circle(200 + k * 28, 152, 9, k === 0 ? palette.accent : 'url(#metalV)')) +
      rect(172, 190, 56, 18, 5, 'url(#metal)') +
      path('M196 208 h46 q46 0 52 10 l-2 8 q-30 -6 -50 -6 h-46z', '#22272b') +
      line('M190 222 v16 M206 222 v16', '#6b4126', 3) +
      path('M176 252 h46 l-5 34 h-36z', '#fbfbf9') +
      path('M222 258 q16 2 10 14 q-4 6 -13 6', 'none', { stroke: '#fbfbf9', 'stroke-width': 5 }) +
      rect(116, 300, 168, 12, 4, 'url(#metalV)') +
      bar(120, 102, 160, 8);

export const kettle: Drawing = ({ palette }) =>
  shadow(200, 84) +
  rect(132, 312, 136, 16, 8, '#2a2f34') +
  path('M152 142 h92 q26 80 32 170 H128 q4 -90 24 -170z', 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  path('M152 142 l-34 22 q-4 6 6 8 l20 4z', 'url(#bodyV)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  path('M160 142 q40 -34 76 0z', '#2f353a') +
  circle(198, 120, 8, '#2f353a') +
  path('M246 150 q62 -4 58 70 q-2 46 -26 62', 'none', { stroke: '#2f353a', 'stroke-width': 15, 'stroke-linecap': 'round' }) +
  rect(166, 196, 12, 96, 6, '#8fc3dc', { opacity: 0.6 }) +
  rect(262, 300, 14, 6, 3, palette.accent) +
  rect(192, 172, 6, 120, 3, '#fff', { opacity: 0.3 });

export const toaster: Drawing = ({ palette }) =>
  shadow(200, 122) +
  path('M130 190 q0 -30 26 -30 q12 0 18 8 q8 -8 18 -8 q26 0 26 30z', '#d69a55', { stroke: '#9c632b', 'stroke-width': 5 }) +
  path('M204 190 q0 -30 26 -30 q10 0 18 8 q8 -8 18 -8 q20 0 24 30z', '#d69a55', { stroke: '#9c632b', 'stroke-width': 5 }) +
  rect(92, 184, 216, 140, 34, 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  rect(110, 188, 180, 9, 4, '#22272b') +
  bar(322, 220, 12, 34) +
  rect(306, 216, 4, 74, 2, '#22272b') +
  dial(palette, 270, 280, 13, 50) +
  rect(116, 216, 10, 76, 5, '#fff', { opacity: 0.35 }) +
  circle(238, 280, 5, palette.accent) +
  rect(112, 322, 22, 8, 3, '#22272b') +
  rect(266, 322, 22, 8, 3, '#22272b');

export const blender: Drawing = ({ palette }) =>
  shadow(200, 74) +
  path('M148 84 h104 l-14 138 h-76z', '#cfe3ea', { opacity: 0.6, stroke: '#93a9b2', 'stroke-width': 2 }) +
  path('M153 136 q24 -12 48 0 t46 0 l-9 86 h-76z', palette.accent, { opacity: 0.55 }) +
  rect(142, 70, 116, 18, 8, '#2a2f34') +
  path('M250 104 q44 2 38 52 q-4 34 -46 42', 'none', { stroke: '#2a2f34', 'stroke-width': 10, 'stroke-linecap': 'round' }) +
  rect(156, 220, 88, 16, 5, '#2a2f34') +
  path('M154 236 h92 l20 92 H134z', 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  dial(palette, 200, 284, 17, 40) +
  repeat(2, (k) => circle(166 + k * 68, 296, 5, k ? palette.accent : palette.panel));

export const pot: Drawing = ({ palette }) =>
  shadow(200, 104) +
  rect(106, 178, 188, 150, 44, 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  path('M112 182 q88 -78 176 0z', 'url(#glass)') +
  path('M138 172 q30 -24 60 -26', 'none', { stroke: '#fff', 'stroke-width': 5, opacity: 0.25, 'stroke-linecap': 'round' }) +
  rect(182, 128, 36, 15, 7, '#22272b') +
  rect(102, 178, 196, 12, 6, 'url(#metalV)') +
  rect(92, 214, 22, 40, 10, '#22272b') +
  rect(286, 214, 22, 40, 10, '#22272b') +
  rect(158, 222, 84, 74, 12, palette.panel) +
  display(palette, 170, 232, 60, 22) +
  repeat(3, (k) => circle(176 + k * 24, 276, 7, k === 1 ? palette.accent : '#6f7981'));

export const air: Drawing = ({ palette }) =>
  shadow(200, 84) +
  rect(124, 92, 152, 236, 26, 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  display(palette, 170, 108, 60, 18) +
  repeat(11, (k) => rect(146, 146 + k * 11, 108, 4, 2, palette.edge, { opacity: 0.75 })) +
  circle(200, 296, 11, 'url(#metalV)') +
  circle(200, 296, 4, palette.accent) +
  rect(134, 110, 8, 190, 4, '#fff', { opacity: 0.3 });

export const vacuum: Drawing = ({ palette }) =>
  shadow(196, 110) +
  line('M246 70 L206 236', '#495159', 9) +
  rect(228, 50, 54, 16, 8, '#2a2f34', { transform: 'rotate(-14 250 60)' }) +
  rect(170, 160, 62, 118, 26, 'url(#body)', { transform: 'rotate(13 200 220)', stroke: palette.edge, 'stroke-width': 1.5 }) +
  rect(182, 176, 36, 64, 14, '#bfe0ee', { transform: 'rotate(13 200 220)', opacity: 0.7 }) +
  circle(190, 262, 9, palette.accent) +
  path('M108 328 q0 -40 40 -42 h84 q20 2 24 42z', '#2f353a') +
  rect(118, 310, 126, 8, 4, palette.accent) +
  circle(238, floor - 12, 13, '#1b1f22');
