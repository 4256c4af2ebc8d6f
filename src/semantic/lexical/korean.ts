import { pattern } from '../../work/pattern.ts';

/** Particles that follow a noun without a space, longest first. */
const particles = [
  '에게서는 으로부터 에서부터 이라고는',
  '으로써 으로서 에서는 에게서 에서도 까지는 부터는 이라고 이라도 로부터 한테서',
  '입니다 이에요 들에게 들에서',
  '까지 부터 에서 에게 으로 처럼 보다 마다 조차 마저 이나 이랑 한테 께서 하고 에는 에도 와는 과는 로서 로써 이라 라고 만큼 대로 밖에 이며 예요 이다 들은 들이 들을 들의 들도',
  '은 는 이 가 을 를 의 에 와 과 도 로 만 야 랑 용 들',
].flatMap((line) => line.split(' '));
/** Those that a noun of one syllable is taken to have; others end too many nouns. */
const sure = new Set(['을', '를', '은', '는', '에', '에서', '까지', '부터', '으로']);
/** Those that it may have in a text, where another spelling does no harm. */
const likely = new Set([...sure, '이', '가', '의', '도', '로', '와', '과', '보다', '처럼', '마다', '에게', '이라도']);
/** A word of Hangul alone. */
export const isHangul = pattern(String.raw`^\p{Script=Hangul}+$`, 'u');

/** A Korean noun without its particle, or undefined for a word that has none. */
export function particleless(word: string, isQuery: boolean): string | undefined {
  if (word.length < 2 || !isHangul().test(word)) return undefined;
  const ofOneSyllable = isQuery ? sure : likely;
  // 침대로 is 침대 with 로, since 대로 would leave one syllable.
  const particle = particles.find((each) => word.endsWith(each) && word.length > each.length + (ofOneSyllable.has(each) ? 0 : 1));
  return particle && word.slice(0, -particle.length);
}
