import { circle, type Drawing, ellipse, line, path, rect, repeat, shadow } from './shapes.ts';

const pad = (halfWidth: number, y = 326) => ellipse(200, y, halfWidth, 12, 'url(#shadow)');

export const waterFilter: Drawing = ({ palette, variant }) => {
  const count = variant(/\b[2-9].?(pack|pk|count)|pack of [2-9]|\bset\b/, /filter/) === 0 ? 2 : 1;
  const one = (x: number) =>
    rect(x - 14, 74, 28, 26, 5, '#c9d1d6') +
    rect(x - 9, 66, 18, 12, 4, '#aab4bb') +
    rect(x - 34, 96, 68, 30, 8, palette.accent) +
    repeat(5, (k) => rect(x - 26 + k * 12, 102, 4, 18, 2, '#fff', { opacity: 0.35 })) +
    rect(x - 38, 124, 76, 198, 14, 'url(#white)', { stroke: '#c1c9ce', 'stroke-width': 1.5 }) +
    rect(x - 38, 178, 76, 84, 0, palette.accent, { opacity: 0.14 }) +
    path(`M${x} 192 q20 26 20 38 a20 20 0 0 1 -40 0 q0 -12 20 -38z`, palette.accent, { opacity: 0.85 }) +
    rect(x - 22, 274, 44, 5, 2.5, '#aab4bb') +
    rect(x - 22, 285, 30, 5, 2.5, '#c9d1d6') +
    rect(x - 30, 136, 8, 176, 4, '#fff', { opacity: 0.8 });
  return (
    '<defs><linearGradient id="white" x1="0" x2="1"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#dfe4e8"/></linearGradient></defs>' +
    pad(count === 2 ? 104 : 62) +
    (count === 2 ? one(152) + one(248) : one(200))
  );
};

export const meshFilter: Drawing = ({ palette }) =>
  pad(120, 312) +
  rect(92, 108, 216, 196, 10, 'url(#metal)', { stroke: '#87919a', 'stroke-width': 2 }) +
  rect(110, 126, 180, 160, 4, '#59636b') +
  repeat(11, (k) =>
    line(`M${110 + k * 18} 126 L${Math.max(110, 110 + k * 18 - 160)} ${Math.min(286, 126 + k * 18)}`, '#aeb7be', 2, { opacity: 0.85 }),
  ) +
  repeat(11, (k) =>
    line(`M${110 + k * 18} 286 L${Math.max(110, 110 + k * 18 - 160)} ${Math.max(126, 286 - k * 18)}`, '#aeb7be', 2, { opacity: 0.85 }),
  ) +
  repeat(
    9,
    (k) =>
      line(`M290 ${142 + k * 16} L${290 - (144 - k * 16)} 286`, '#aeb7be', 2, { opacity: 0.85 }) +
      line(`M290 ${270 - k * 16} L${290 - (144 - k * 16)} 126`, '#aeb7be', 2, { opacity: 0.85 }),
  ) +
  rect(186, 110, 28, 12, 6, palette.accent);

export const hose: Drawing = ({ palette }) => {
  const loop = 'M94 268 C94 120 306 110 306 214 C306 300 150 300 150 222 C150 160 250 160 250 218 C250 262 214 280 306 292';
  return (
    pad(120, 316) +
    line(loop, '#5d666e', 25) +
    line(loop, palette.accent, 19, { opacity: 0.92 }) +
    line(loop, '#fff', 19, { 'stroke-dasharray': '2 9', 'stroke-linecap': 'butt', opacity: 0.35 }) +
    rect(78, 262, 32, 36, 5, 'url(#metal)') +
    repeat(3, (k) => rect(82 + k * 9, 264, 3, 32, 1, '#7b858d')) +
    rect(298, 276, 36, 32, 5, 'url(#metalV)') +
    repeat(3, (k) => rect(300, 280 + k * 9, 32, 3, 1, '#7b858d'))
  );
};

export const knob: Drawing = ({ palette, variant }) => {
  const one = (x: number, y: number, r: number, angle: number) =>
    ellipse(x, y + r * 0.9, r, r * 0.22, 'url(#shadow)') +
    circle(x, y, r, 'url(#body)', { stroke: palette.edge, 'stroke-width': 2 }) +
    circle(x, y, r * 0.8, 'url(#bodyV)', { stroke: palette.edge, 'stroke-width': 1 }) +
    rect(x - r * 0.17, y - r * 0.86, r * 0.34, r * 1.72, r * 0.17, 'url(#metal)', {
      transform: `rotate(${angle} ${x} ${y})`,
      stroke: palette.edge,
      'stroke-width': 1,
    }) +
    rect(x - r * 0.04, y - r * 0.78, r * 0.08, r * 0.4, r * 0.04, palette.accent, { transform: `rotate(${angle} ${x} ${y})` });
  return variant(/\bknob\b(?!.*(pack|set))/, /knobs|pack|set/) === 0
    ? one(200, 200, 96, 32)
    : one(140, 150, 52, 0) + one(262, 150, 52, 40) + one(140, 262, 52, -35) + one(262, 262, 52, 80);
};

export const element: Drawing = () => {
  const coil = 'M96 300 V150 Q96 96 148 96 Q176 96 176 150 V236 Q176 258 200 258 Q224 258 224 236 V150 Q224 96 252 96 Q304 96 304 150 V300';
  return (
    pad(124, 318) +
    line(coil, '#3a4046', 17) +
    line(coil, '#c0462e', 11) +
    line(coil, '#f0a076', 3.5, { opacity: 0.85 }) +
    rect(80, 286, 32, 12, 3, 'url(#metal)') +
    rect(288, 286, 32, 12, 3, 'url(#metal)') +
    rect(90, 298, 12, 26, 2, '#aab4bb') +
    rect(298, 298, 12, 26, 2, '#aab4bb')
  );
};

export const burner: Drawing = ({ palette, variant }) =>
  variant(/drip|pan|bowl/, /grate|cap|head/) === 0
    ? ellipse(200, 226, 132, 88, 'url(#shadow)') +
      ellipse(200, 206, 126, 84, 'url(#metalV)', { stroke: '#7f8990', 'stroke-width': 2 }) +
      ellipse(200, 204, 106, 68, '#4d565d') +
      repeat(5, (k) =>
        ellipse(200, 202, 92 - k * 18, 58 - k * 11.5, 'none', {
          stroke: k === 0 ? palette.accent : '#17191c',
          'stroke-width': 9,
          opacity: k === 0 ? 0 : 1,
        }),
      ) +
      ellipse(200, 202, 10, 6.5, '#9aa4ab')
    : pad(140, 300) +
      line('M84 128 H316 V284 H84z', '#22262a', 13) +
      line('M200 128 V284 M84 206 H316', '#22262a', 11) +
      line('M138 128 V160 M138 252 V284 M262 128 V160 M262 252 V284', '#22262a', 9) +
      repeat(2, (k) => circle(142 + k * 116, 206, 28, '#31373c') + circle(142 + k * 116, 206, 18, 'url(#metalV)')) +
      line('M86 124 H314', '#5b646c', 2.5);

export const gasket: Drawing = ({ palette }) =>
  pad(112) +
  rect(110, 78, 180, 240, 26, 'none', { stroke: '#c2c9ce', 'stroke-width': 22 }) +
  rect(110, 78, 180, 240, 26, 'none', { stroke: '#eceff1', 'stroke-width': 13 }) +
  rect(110, 78, 180, 240, 26, 'none', { stroke: '#a5aeb5', 'stroke-width': 2 }) +
  rect(178, 70, 44, 15, 7, palette.accent, { opacity: 0.85 });

export const belt: Drawing = ({ palette }) =>
  pad(124, 306) +
  rect(84, 128, 232, 160, 80, 'none', { stroke: '#2b3035', 'stroke-width': 24 }) +
  rect(84, 128, 232, 160, 80, 'none', { stroke: '#4a525a', 'stroke-width': 3 }) +
  rect(77, 121, 246, 174, 87, 'none', { stroke: '#4a525a', 'stroke-width': 2, 'stroke-dasharray': '5 6' }) +
  rect(164, 122, 72, 12, 3, palette.accent) +
  circle(164, 208, 30, 'url(#metalV)', { stroke: '#87919a', 'stroke-width': 2 }) +
  circle(164, 208, 9, '#4a525a');

export const motor: Drawing = ({ palette }) =>
  pad(124, 312) +
  rect(84, 154, 50, 108, 10, 'url(#metalV)', { stroke: '#7b858d', 'stroke-width': 1.5 }) +
  rect(128, 136, 142, 150, 16, 'url(#bodyV)', { stroke: palette.edge, 'stroke-width': 2 }) +
  repeat(7, (k) => rect(142 + k * 18, 148, 6, 126, 3, palette.edge, { opacity: 0.55 })) +
  rect(268, 174, 26, 74, 8, '#3a4248') +
  rect(292, 200, 44, 20, 4, 'url(#metalV)', { stroke: '#7b858d', 'stroke-width': 1 }) +
  rect(148, 284, 22, 22, 3, '#3a4248') +
  rect(228, 284, 22, 22, 3, '#3a4248') +
  rect(168, 190, 62, 40, 5, palette.accent) +
  rect(178, 202, 42, 5, 2.5, '#fff', { opacity: 0.9 }) +
  rect(178, 213, 28, 5, 2.5, '#fff', { opacity: 0.6 }) +
  line('M106 154 q0 -34 40 -34', '#c0462e', 5) +
  line('M116 154 q4 -22 34 -26', '#2b6cb0', 5);

export const board: Drawing = ({ palette }) =>
  pad(128, 312) +
  rect(84, 104, 232, 196, 10, '#2f6b4f', { stroke: '#1f4a36', 'stroke-width': 2 }) +
  [
    [98, 118],
    [302, 118],
    [98, 286],
    [302, 286],
  ]
    .map(([x, y]) => circle(x, y, 6, '#e3c878') + circle(x, y, 3, '#1f4a36'))
    .join('') +
  line('M120 140 h46 v40 h40 M120 160 h30 v60 h60 M280 140 v60 h-30 M150 270 v-30 h70 M290 250 h-40 v-20', '#5aa27f', 3, { opacity: 0.8 }) +
  rect(176, 166, 66, 56, 4, '#191d20') +
  repeat(6, (k) => rect(180 + k * 10, 160, 5, 6, 0, '#c9d1d6') + rect(180 + k * 10, 222, 5, 6, 0, '#c9d1d6')) +
  rect(188, 178, 30, 4, 2, '#6f7981') +
  rect(254, 122, 38, 40, 4, '#e9ecee') +
  rect(108, 196, 36, 48, 4, '#24507e') +
  circle(126, 206, 3, '#fff', { opacity: 0.5 }) +
  repeat(3, (k) => circle(266 + (k % 2) * 20, 232 + k * 17, 10, '#33393f', { stroke: '#b9c1c7', 'stroke-width': 2 })) +
  rect(164, 262, 80, 24, 3, '#f3f4f4') +
  repeat(6, (k) => rect(170 + k * 12, 268, 6, 12, 1, '#8d979e')) +
  circle(130, 168, 5, palette.accent);

export const valve: Drawing = ({ palette }) =>
  pad(110, 308) +
  rect(112, 196, 176, 62, 14, '#e8ebed', { stroke: '#aab3ba', 'stroke-width': 2 }) +
  rect(78, 206, 40, 42, 6, 'url(#metalV)') +
  repeat(4, (k) => rect(82 + k * 9, 204, 3, 46, 1, '#7b858d')) +
  rect(284, 212, 38, 30, 8, '#e8ebed', { stroke: '#aab3ba', 'stroke-width': 2 }) +
  repeat(
    2,
    (k) =>
      rect(136 + k * 70, 118, 58, 84, 8, k ? palette.accent : '#3b434a') +
      rect(146 + k * 70, 132, 38, 48, 4, '#fff', { opacity: 0.16 }) +
      rect(148 + k * 70, 100, 8, 20, 2, '#c9a45c') +
      rect(174 + k * 70, 100, 8, 20, 2, '#c9a45c'),
  ) +
  rect(150, 256, 100, 32, 6, 'url(#metalV)', { stroke: '#87919a', 'stroke-width': 1.5 }) +
  circle(200, 272, 6, '#59636b');

export const rack: Drawing = ({ palette }) =>
  pad(136, 306) +
  repeat(9, (k) => line(`M${92 + k * 27} ${150} L${106 + k * 23.5} 272`, '#aab4bb', 4)) +
  line('M80 148 H320 L304 272 H96z', '#8d979f', 7) +
  line('M86 188 H314 M91 230 H309', '#aab4bb', 4) +
  repeat(7, (k) => line(`M${118 + k * 27} 230 q4 -40 10 -58`, '#c6ced4', 4)) +
  circle(110, 284, 13, '#4b545b') +
  circle(110, 284, 5, palette.accent) +
  circle(290, 284, 13, '#4b545b') +
  circle(290, 284, 5, palette.accent) +
  line('M80 148 H320', '#d9dfe3', 2);

export const handle: Drawing = () =>
  pad(110, 322) +
  rect(124, 92, 40, 34, 8, 'url(#bodyV)', { stroke: '#87919a', 'stroke-width': 1.5 }) +
  rect(124, 276, 40, 34, 8, 'url(#bodyV)', { stroke: '#87919a', 'stroke-width': 1.5 }) +
  path('M156 98 h44 q44 0 44 44 v118 q0 44 -44 44 h-44 v-24 h34 q24 0 24 -24 V146 q0 -24 -24 -24 h-34z', 'url(#metal)', {
    stroke: '#7b858d',
    'stroke-width': 1.5,
  }) +
  rect(230, 146, 4, 110, 2, '#fff', { opacity: 0.7 }) +
  circle(138, 109, 4, '#59636b') +
  circle(138, 293, 4, '#59636b');

export const bulb: Drawing = () =>
  circle(200, 166, 110, '#ffe7a3', { opacity: 0.35 }) +
  path('M200 84 a78 78 0 0 1 50 138 q-12 12 -14 34 h-72 q-2 -22 -14 -34 a78 78 0 0 1 50 -138z', '#fff6d8', {
    stroke: '#d8c58d',
    'stroke-width': 2,
  }) +
  line('M180 250 L172 176 L188 190 L200 172 L212 190 L228 176 L220 250', '#d3973a', 3.5) +
  rect(164, 256, 72, 46, 6, 'url(#metal)', { stroke: '#7b858d', 'stroke-width': 1.5 }) +
  repeat(3, (k) => line(`M164 ${266 + k * 12} l72 -5`, '#7b858d', 3)) +
  rect(184, 302, 32, 14, 6, '#3a4248') +
  path('M150 150 q8 -34 40 -42', 'none', { stroke: '#fff', 'stroke-width': 8, 'stroke-linecap': 'round', opacity: 0.9 });

export const cord: Drawing = ({ palette }) => {
  const wire = 'M130 170 C60 260 120 330 200 290 C290 244 170 170 240 130 C300 96 340 170 300 300';
  return (
    pad(120, 322) +
    line(wire, '#2b3035', 15) +
    line(wire, '#565f67', 4, { opacity: 0.8 }) +
    rect(92, 96, 66, 80, 14, '#343b41', { transform: 'rotate(22 125 136)' }) +
    rect(108, 64, 9, 36, 2, 'url(#metal)', { transform: 'rotate(22 125 136)' }) +
    rect(134, 64, 9, 36, 2, 'url(#metal)', { transform: 'rotate(22 125 136)' }) +
    rect(106, 124, 36, 8, 4, palette.accent, { transform: 'rotate(22 125 136)' }) +
    repeat(3, (k) => circle(290 + k * 10, 304, 6, ['#c9a45c', '#c9a45c', '#5aa27f'][k]))
  );
};

export const cover: Drawing = ({ palette }) =>
  pad(134, 312) +
  path('M92 132 q108 -26 216 0 l16 156 q-124 30 -248 0z', palette.accent, { opacity: 0.88 }) +
  path('M92 132 q108 -26 216 0 l3 26 q-110 -26 -222 0z', '#fff', { opacity: 0.2 }) +
  repeat(6, (k) =>
    line(
      `M${104 + k * 36} ${136 - Math.sin((k / 5) * Math.PI) * 10} L${94 + k * 40} ${284 + Math.sin((k / 5) * Math.PI) * 10}`,
      '#fff',
      1.6,
      { opacity: 0.25 },
    ),
  ) +
  line('M86 160 q114 -26 228 0', '#fff', 2, { 'stroke-dasharray': '6 6', opacity: 0.7 }) +
  rect(250, 250, 42, 20, 4, '#fff', { opacity: 0.9 });

export const cleaner: Drawing = ({ palette }) =>
  shadow(200, 62) +
  path('M158 152 q0 -22 18 -28 v-22 h48 v22 q18 6 18 28 v160 q0 16 -16 16 h-52 q-16 0 -16 -16z', palette.accent) +
  path('M168 84 h58 q26 0 30 26 l-22 -4 h-58 q-12 0 -12 -12z', '#2f353a') +
  path('M222 104 q4 18 -6 30', 'none', { stroke: '#2f353a', 'stroke-width': 7, 'stroke-linecap': 'round' }) +
  rect(158, 186, 84, 96, 6, '#fff', { opacity: 0.93 }) +
  path('M200 202 q16 22 16 32 a16 16 0 0 1 -32 0 q0 -10 16 -32z', palette.accent) +
  rect(174, 258, 52, 5, 2.5, '#b9c1c7') +
  rect(180, 268, 40, 5, 2.5, '#d4dade') +
  rect(166, 156, 8, 150, 4, '#fff', { opacity: 0.3 }) +
  repeat(3, (k) => circle(272 + k * 14, 98 - k * 12, 5 - k, '#fff', { opacity: 0.9 }));

export const part: Drawing = ({ palette }) => {
  const teeth = repeat(10, (k) =>
    rect(164, 84, 22, 30, 5, 'url(#metalV)', { transform: `rotate(${k * 36} 175 182)`, stroke: '#7b858d', 'stroke-width': 1 }),
  );
  return (
    pad(124, 316) +
    teeth +
    circle(175, 182, 78, 'url(#metal)', { stroke: '#7b858d', 'stroke-width': 1.5 }) +
    circle(175, 182, 50, '#8d979f', { opacity: 0.4 }) +
    circle(175, 182, 24, '#3a4248') +
    circle(175, 182, 12, palette.backdrop[1]) +
    circle(270, 268, 38, 'url(#metalV)', { stroke: '#7b858d', 'stroke-width': 1.5 }) +
    path('M270 246 l19 11 v22 l-19 11 l-19 -11 v-22z', palette.accent) +
    rect(108, 284, 92, 20, 6, 'url(#metalV)', { stroke: '#7b858d', 'stroke-width': 1 }) +
    repeat(9, (k) => line(`M${122 + k * 9} 285 l-4 18`, '#7b858d', 2)) +
    rect(92, 276, 22, 36, 5, 'url(#metal)', { stroke: '#7b858d', 'stroke-width': 1 })
  );
};

export const generic: Drawing = ({ palette }) =>
  shadow(200, 112) +
  path('M96 168 L200 122 L304 168 L304 290 L200 330 L96 290z', '#d8b98d') +
  path('M200 212 L304 168 V290 L200 330z', '#c19d6c') +
  path('M96 168 L200 212 V330 L96 290z', '#d0ae7f') +
  path('M96 168 L200 122 L304 168 L200 212z', '#e6cba4') +
  path('M140 148 L244 193 v34 l-20 8 v-33 L120 157z', palette.accent, { opacity: 0.85 }) +
  rect(116, 240, 50, 8, 3, '#8a6a3f', { transform: 'skewY(22) translate(0 -48)', opacity: 0.5 });
