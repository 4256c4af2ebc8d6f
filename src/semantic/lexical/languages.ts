import { isHangul } from './korean.ts';

/** What an index knows of the language of its texts. */
export type Language = 'en' | 'de' | 'nl' | 'fr' | 'es' | 'it' | 'none';

export const languages = ['en', 'de', 'nl', 'fr', 'es', 'it', 'none'] as const satisfies readonly Language[];

/**
 * Words that hardly say what is wanted: function words, and those with which people ask a question or a shop. As product words are folded:
 * lower case, without accents, `dont` for "don't".
 */
const lists: Record<Language, string> = {
  en: `a about above after again all also am an and any anyone anything are as at be because been before being below between both but by can cant
    could did do does doesnt doing dont down during each either else ever every few for from further get gets getting give gives go going got had has
    have having he help her here hers him his how i id if ill im in into is isnt it its itself ive just keep let lets like look looking lot made
    make makes many may me might mine more most much must my myself need needs needed no nor not of off on once one ones only or other our ours
    out over own please same several shall she should show so some someone something somewhere still such suggest than that thats the their theirs
    them then there these they thing things this those through to too under until up us use used using very want wants wanted was way we well were
    what whats when where which while who whom whose why will with within without wont would you your yours buy find search recommend want best
    good great nice really`,
  de: `aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bitte brauche da damit dann das dass dein dem den der
    des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch fur gegen gibt habe haben
    hat hatte hier ich ihm ihn ihnen ihr im in ist ja jede jeden jeder jedes jetzt kann kein keine keinen konnen machen man mehr mein meine meinem
    meinen meiner mich mir mit mochte muss nach nicht nichts noch nur ob oder ohne sehr sein seine sich sie sind so soll sollte suche uber um und uns unter
    vom von vor war was wegen weil welche welcher welches wenn wer werden wie will wir wird wo womit zu zum zur zwischen gut beste besten`,
  nl: `aan al alle als bij ben bent best beste dan dat de deze die dit doe doen door dus een en er ga geen geef goed had heb hebben heeft het hier hij hoe
    ik iets in is je jij jouw kan kunnen maar me meer met mij mijn moet na naar niet niets nog nu of om onder ons onze ook op over te tegen toch tot u
    uit uw van veel voor waar wanneer was wat we welk welke wel wie wil wij worden wordt zal ze zich zij zijn zo zoek zonder`,
  fr: `a ai as au aux avec avoir besoin bon bonne c ce cela ces cet cette cherche comme comment d dans de des dont du elle en entre est et etre eux faire
    fait il ils j je l la le les leur leurs lui ma mais me meme mes meilleur meilleure moi mon n ne nos notre nous on ont ou par pas plus pour pourquoi
    qu quand que quel quelle quelles quels quelque qui quoi s sa sans se ses si son sont sous sur t ta te tes toi ton tous tout toute tres tu un une
    veux vos votre vous y`,
  es: `a al algo alguna algunos ante aqui asi bien bueno buena busco como con cual cuales cuando de del desde donde dos e el ella ellos en entre era es
    esa ese eso esta estan este esto estos fue ha hay hasta la las le les lo los mas me mejor mi mis muy necesito ni no nos nuestro o os otra otro para
    pero por porque que quien quiero se sea ser si sin sobre son su sus tambien te tiene todo todos tu tus un una unas uno unos y ya yo`,
  it: `a ad ai al alla alle agli anche avere bisogno bello buono buona c che chi ci come con cosa cui d da dai dal dalla dalle degli dei del della delle
    dello di dove e ed era essere fa fare gli ha hai hanno ho i il in io l la le lei li lo loro ma mi mia mie miei migliore mio molto ne negli nei nel
    nella nelle no noi non nostro o ogni per perche piu qual quale quali quando quella quello questa queste questi questo qui se sei senza si sono su
    sua sue sul sulla suo ti tra tu tutti tutto un una uno vi voglio voi`,
  none: '',
};

const made = new Map<Language, ReadonlySet<string>>();

/** The words of a language that weigh little. */
export function stopWordsOf(language: Language): ReadonlySet<string> {
  let words = made.get(language);
  if (!words) {
    words = new Set(lists[language].split(/\s+/).filter((word) => word !== ''));
    made.set(language, words);
  }
  return words;
}

/** Whether words of a language may be part of compounds without a space: in German and Dutch; Korean ones in texts of any language. */
export const hasCompounds = (language: Language): ((word: string) => boolean) =>
  language === 'de' || language === 'nl' ? () => true : (word) => isHangul().test(word);
