import { circle, type Drawing, ellipse, line, path, rect, repeat, shadow } from './shapes.ts';

const pad = (halfWidth: number, y = 322) => ellipse(200, y, halfWidth, 12, 'url(#shadow)');
const steel = { stroke: '#7b858d', 'stroke-width': 1.5 };

export const thermometer: Drawing = ({ palette }) =>
  pad(96) +
  circle(200, 200, 116, 'url(#metal)', { stroke: '#7b858d', 'stroke-width': 2 }) +
  circle(200, 200, 100, '#fdfdfc') +
  path('M132 258 A90 90 0 0 1 118 164', 'none', { stroke: '#4c8fc9', 'stroke-width': 12 }) +
  path('M122 152 A90 90 0 0 1 246 124', 'none', { stroke: palette.accent, 'stroke-width': 12 }) +
  path('M256 130 A90 90 0 0 1 268 258', 'none', { stroke: '#c8574a', 'stroke-width': 12 }) +
  repeat(9, (k) => rect(198, 128, 4, 14, 2, '#3a4248', { transform: `rotate(${-120 + k * 30} 200 200)` })) +
  path('M194 206 L200 134 L206 206z', '#b23a48', { transform: 'rotate(-38 200 200)' }) +
  circle(200, 200, 10, '#2f353a') +
  rect(176, 236, 48, 9, 4, '#d4dade');

export const turntable: Drawing = ({ palette }) =>
  ellipse(200, 258, 142, 20, 'url(#shadow)') +
  ellipse(200, 216, 140, 72, '#cfe2ea', { opacity: 0.75, stroke: '#9bb5c0', 'stroke-width': 2 }) +
  ellipse(200, 208, 140, 70, '#eaf5f9', { opacity: 0.85, stroke: '#b5ccd6', 'stroke-width': 1.5 }) +
  ellipse(200, 210, 112, 54, 'none', { stroke: '#b5ccd6', 'stroke-width': 2 }) +
  repeat(3, (k) => ellipse(200 + [0, -52, 52][k], 204 + [-22, 16, 16][k], 13, 6, '#c3d8e1')) +
  ellipse(200, 212, 22, 10, palette.accent, { opacity: 0.35 }) +
  path('M88 190 Q140 142 230 142', 'none', { stroke: '#fff', 'stroke-width': 7, 'stroke-linecap': 'round', opacity: 0.85 });

export const sprayArm: Drawing = ({ palette }) =>
  pad(140, 268) +
  path('M52 204 q0 -26 30 -26 h96 q22 -18 44 0 h96 q30 0 30 26 q0 24 -30 24 h-96 q-22 18 -44 0 H82 q-30 0 -30 -24z', 'url(#bodyV)', {
    stroke: palette.edge,
    'stroke-width': 1.5,
  }) +
  circle(200, 203, 24, '#d4dade', steel) +
  circle(200, 203, 10, palette.accent) +
  repeat(4, (k) => rect(78 + k * 24, 198, 12, 5, 2.5, '#59636b') + rect(240 + k * 24, 198, 12, 5, 2.5, '#59636b')) +
  repeat(5, (k) =>
    line(`M${96 + k * 52} 164 q${-8 + k * 4} -26 ${-14 + k * 7} -54`, '#8fc3dc', 3.5, { opacity: 0.55, 'stroke-dasharray': '2 9' }),
  );

export const stopper: Drawing = ({ palette }) =>
  pad(104, 300) +
  ellipse(200, 254, 108, 40, '#4d565d') +
  ellipse(200, 244, 108, 40, 'url(#metalV)', steel) +
  ellipse(200, 242, 78, 27, '#23282c') +
  repeat(10, (k) => line(`M200 242 L${200 + Math.cos(k * 0.628) * 74} ${242 + Math.sin(k * 0.628) * 25}`, '#59636b', 3)) +
  ellipse(200, 236, 40, 15, 'url(#metalV)', steel) +
  rect(190, 158, 20, 78, 8, 'url(#metal)', steel) +
  rect(168, 140, 64, 24, 12, palette.accent);

export const magnet: Drawing = ({ palette }) =>
  pad(96, 316) +
  rect(104, 104, 192, 196, 22, 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  rect(104, 104, 192, 98, 22, palette.accent) +
  rect(104, 180, 192, 22, 0, palette.accent) +
  circle(148, 152, 20, '#fff', { opacity: 0.95 }) +
  line('M139 152 l7 7 l12 -14', palette.accent, 5) +
  rect(182, 145, 84, 14, 7, '#fff', { opacity: 0.95 }) +
  circle(148, 250, 20, palette.edge, { opacity: 0.5 }) +
  repeat(3, (k) => circle(140 + k * 8, 246 + (k % 2) * 9, 3, palette.panel, { opacity: 0.6 })) +
  rect(182, 243, 64, 14, 7, palette.edge, { opacity: 0.7 });

export const brush: Drawing = ({ palette }) =>
  ellipse(206, 300, 130, 12, 'url(#shadow)') +
  line('M300 84 L190 208', palette.accent, 17) +
  line('M304 80 L286 100', '#2f353a', 17) +
  line('M190 208 L108 300', '#aab4bb', 6) +
  repeat(15, (k) =>
    line(`M${196 - k * 6 - 20} ${202 + k * 6.7 - 17} L${196 - k * 6 + 20} ${202 + k * 6.7 + 17}`, k % 2 ? '#3a4248' : '#565f67', 4),
  );

export const pitcher: Drawing = ({ palette }) =>
  shadow(196, 82) +
  path('M136 132 L120 112 h142 q14 0 10 18 l-8 40 q20 60 20 130 q0 28 -26 28 H146 q-26 0 -26 -28 q0 -74 22 -128z', 'url(#metal)', steel) +
  path('M124 114 h140 q8 0 6 12 l-132 8z', '#59636b', { opacity: 0.55 }) +
  path('M268 150 q58 -4 54 62 q-3 52 -40 66', 'none', { stroke: '#8d979f', 'stroke-width': 13, 'stroke-linecap': 'round' }) +
  rect(152, 178, 10, 126, 5, '#fff', { opacity: 0.6 }) +
  rect(180, 226, 52, 7, 3.5, palette.accent) +
  repeat(3, (k) => rect(180, 246 + k * 18, 26, 3, 1.5, '#7b858d'));

export const carafe: Drawing = ({ palette }) =>
  shadow(192, 88) +
  path('M142 138 h110 l10 38 q34 44 22 106 q-8 44 -46 46 h-82 q-38 -2 -46 -46 q-12 -62 22 -106z', '#dfe9ee', {
    opacity: 0.6,
    stroke: '#9fb0b9',
    'stroke-width': 2,
  }) +
  path('M112 236 h172 q6 86 -46 90 h-82 q-52 -4 -44 -90z', '#4b2d1d') +
  path('M112 236 q86 -12 172 0 q-86 12 -172 0z', '#7a4a2f') +
  rect(134, 116, 126, 24, 9, '#2a2f34') +
  rect(128, 170, 140, 10, 5, palette.accent) +
  path('M266 176 q52 6 48 64 q-4 44 -38 56', 'none', { stroke: '#2a2f34', 'stroke-width': 14, 'stroke-linecap': 'round' }) +
  path('M128 208 q-8 40 6 84', 'none', { stroke: '#fff', 'stroke-width': 6, opacity: 0.5, 'stroke-linecap': 'round' });

export const balls: Drawing = ({ palette }) => {
  const ball = (x: number, y: number, r: number, fill: string) =>
    ellipse(x, y + r, r, 9, 'url(#shadow)') +
    circle(x, y, r, fill, { stroke: '#cdbfa8', 'stroke-width': 1 }) +
    repeat(5, (k) =>
      path(`M${x - r * 0.8} ${y - r * 0.5 + k * r * 0.24} q${r * 0.8} ${r * (0.35 - k * 0.08)} ${r * 1.6} 0`, 'none', {
        stroke: '#b9a98f',
        'stroke-width': 1.4,
        opacity: 0.6,
      }),
    );
  return (
    ball(140, 160, 52, '#f3ece0') +
    ball(256, 152, 54, '#e3d8c6') +
    ball(196, 250, 62, '#f8f3ea') +
    ball(304, 254, 44, palette.accent) +
    ball(96, 262, 42, '#d8ccb8')
  );
};

export const coffeeFilter: Drawing = ({ palette, variant }) =>
  variant(/paper|cone/, /reusable|pod|k-?cup/) === 0
    ? pad(104, 300) +
      repeat(4, (k) =>
        path(`M${92 + k * 4} ${120 - k * 6} H${308 - k * 4} L${262 - k * 3} 288 q-62 20 -124 0z`, k === 3 ? '#faf6ee' : '#ece2cf', {
          stroke: '#d1c3a8',
          'stroke-width': 1.2,
        }),
      ) +
      repeat(9, (k) => line(`M${118 + k * 20} 106 L${148 + k * 13} 284`, '#ddd0b8', 1.4)) +
      rect(150, 176, 100, 34, 6, palette.accent, { opacity: 0.85 })
    : repeat(2, (k) => {
        const x = 132 + k * 136;
        return (
          ellipse(x, 292, 60, 10, 'url(#shadow)') +
          path(`M${x - 56} 148 h112 l-16 138 q-40 12 -80 0z`, 'url(#metalV)', steel) +
          repeat(5, (c) => repeat(6, (r) => circle(x - 32 + c * 16, 178 + r * 17, 2.2, '#59636b'))) +
          ellipse(x, 146, 60, 18, palette.accent) +
          ellipse(x, 142, 44, 11, '#2f353a', { opacity: 0.55 }) +
          circle(x, 142, 6, palette.backdrop[0])
        );
      });

export const tank: Drawing = ({ palette }) =>
  shadow(200, 84) +
  rect(122, 104, 156, 222, 20, '#cfe6ef', { opacity: 0.65, stroke: '#93b4c1', 'stroke-width': 2 }) +
  path('M124 190 q38 -14 76 0 t76 0 v116 q0 18 -18 18 H142 q-18 0 -18 -18z', '#6fb1cf', { opacity: 0.65 }) +
  rect(114, 88, 172, 28, 12, palette.panel) +
  rect(176, 74, 48, 18, 8, palette.accent) +
  rect(138, 132, 9, 160, 4.5, '#fff', { opacity: 0.7 }) +
  repeat(5, (k) => rect(240, 150 + k * 32, 22, 2.5, 1, '#5f8797'));

export const scoop: Drawing = ({ palette }) =>
  pad(126, 300) +
  path('M96 168 h118 q26 0 26 30 v32 q0 30 -26 30 H96 q-20 -46 0 -92z', 'url(#metal)', steel) +
  path('M100 178 h112 q18 0 18 22 v26 q0 22 -18 22 H100 q-12 -34 0 -70z', '#8d979f', { opacity: 0.4 }) +
  rect(238, 200, 92, 28, 14, palette.accent) +
  circle(312, 214, 6, palette.backdrop[1]) +
  repeat(4, (k) =>
    rect(106 + k * 26, 146 + (k % 2) * 14, 27, 26, 7, '#eaf6fb', {
      stroke: '#9cc4d6',
      'stroke-width': 1.2,
      transform: `rotate(${-12 + k * 9} ${120 + k * 26} 166)`,
    }),
  );

export const roller: Drawing = ({ palette }) => {
  const wheel = (x: number, y: number, r: number) =>
    ellipse(x, y + r, r, 9, 'url(#shadow)') +
    circle(x, y, r, '#33393f') +
    circle(x, y, r * 0.8, 'none', { stroke: '#4a525a', 'stroke-width': 3 }) +
    circle(x, y, r * 0.55, 'url(#metalV)', steel) +
    circle(x, y, r * 0.2, palette.accent) +
    repeat(6, (k) => circle(x + Math.cos(k * 1.047) * r * 0.38, y + Math.sin(k * 1.047) * r * 0.38, r * 0.06, '#59636b'));
  return wheel(136, 166, 62) + wheel(272, 178, 50) + wheel(190, 276, 46) + wheel(292, 282, 32);
};

export const rod: Drawing = ({ palette }) =>
  pad(130, 322) +
  repeat(3, (k) => {
    const x = 122 + k * 74;
    return (
      rect(x - 3, 76, 6, 230, 3, 'url(#metal)') +
      circle(x, 78, 13, '#33393f') +
      rect(x - 13, 182, 26, 88, 8, k === 1 ? palette.accent : '#d4dade', steel) +
      repeat(6, (r) => rect(x - 15, 190 + r * 13, 30, 4, 2, '#7b858d', { opacity: 0.75 })) +
      rect(x - 17, 268, 34, 16, 6, '#33393f') +
      rect(x - 8, 298, 16, 12, 4, '#59636b')
    );
  });

export const absorber: Drawing = ({ palette }) =>
  shadow(200, 84) +
  rect(124, 150, 152, 178, 30, 'url(#body)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
  path('M124 196 q0 -46 40 -46 h72 q40 0 40 46z', palette.accent, { opacity: 0.9 }) +
  repeat(5, (k) => rect(152 + k * 22, 164, 8, 20, 4, '#fff', { opacity: 0.85 })) +
  path('M200 222 q34 6 30 44 q-38 6 -40 -26 q0 -12 10 -18z', palette.accent, { opacity: 0.55 }) +
  line('M184 284 q14 -30 38 -46', palette.accent, 3.5) +
  repeat(3, (k) => line(`M${164 + k * 36} 132 q-10 -14 0 -26 q10 -12 0 -26`, '#9fb6ad', 4, { opacity: 0.7 }));

export const ventCover: Drawing = ({ palette }) =>
  pad(108, 316) +
  rect(96, 96, 208, 212, 14, 'url(#body)', { stroke: palette.edge, 'stroke-width': 2 }) +
  repeat(
    4,
    (k) =>
      path(`M116 ${124 + k * 44} h168 l-8 32 H124z`, 'url(#bodyV)', { stroke: palette.edge, 'stroke-width': 1.5 }) +
      rect(124, 150 + k * 44, 152, 6, 2, palette.panel, { opacity: 0.28 }),
  ) +
  [
    [110, 110],
    [290, 110],
    [110, 294],
    [290, 294],
  ]
    .map(([x, y]) => circle(x, y, 4, palette.panel, { opacity: 0.6 }))
    .join('');

export const feet: Drawing = ({ palette }) =>
  repeat(4, (k) => {
    const x = 136 + (k % 2) * 128;
    const y = 148 + Math.floor(k / 2) * 122;
    return (
      ellipse(x, y + 36, 62, 12, 'url(#shadow)') +
      path(`M${x - 54} ${y} v24 q54 34 108 0 v-24z`, '#2f353a') +
      ellipse(x, y, 54, 25, '#4a525a') +
      ellipse(x, y - 2, 38, 16, k === 0 ? palette.accent : '#343b41') +
      repeat(3, (r) => ellipse(x, y - 2, 30 - r * 9, 12 - r * 3.6, 'none', { stroke: '#59636b', 'stroke-width': 2 }))
    );
  });

export const pan: Drawing = ({ palette }) =>
  ellipse(200, 292, 158, 16, 'url(#shadow)') +
  path('M92 172 H308 L352 268 q2 18 -18 18 H66 q-20 0 -18 -18z', 'url(#bodyV)', { stroke: palette.edge, 'stroke-width': 2 }) +
  path('M106 184 H294 L328 262 H72z', palette.edge, { opacity: 0.35 }) +
  circle(296, 250, 9, palette.panel) +
  circle(296, 250, 4, palette.accent);

export const bin: Drawing = ({ palette }) =>
  pad(136, 304) +
  path('M72 176 H328 L316 292 q-2 12 -14 12 H98 q-12 0 -14 -12z', '#dcebf1', { opacity: 0.75, stroke: '#9bb5c0', 'stroke-width': 2 }) +
  path('M72 176 q128 -34 256 0 q-128 22 -256 0z', '#eef6f9', { opacity: 0.9, stroke: '#9bb5c0', 'stroke-width': 1.5 }) +
  path('M66 168 H334 v18 H66z', 'url(#metalV)', steel) +
  rect(150, 168, 100, 18, 3, palette.accent, { opacity: 0.85 }) +
  rect(92, 200, 9, 84, 4.5, '#fff', { opacity: 0.85 }) +
  line('M108 262 H292', '#9bb5c0', 2) +
  rect(60, 182, 20, 34, 5, '#c3d8e1', { stroke: '#9bb5c0', 'stroke-width': 1.5 }) +
  rect(320, 182, 20, 34, 5, '#c3d8e1', { stroke: '#9bb5c0', 'stroke-width': 1.5 });
