/** What a product is, as far as its picture goes. */
export type Kind =
  | 'fridge'
  | 'mini-fridge'
  | 'chest-freezer'
  | 'wine-cooler'
  | 'ice-maker'
  | 'dishwasher'
  | 'range'
  | 'cooktop'
  | 'oven'
  | 'microwave'
  | 'hood'
  | 'disposal'
  | 'washer'
  | 'dryer'
  | 'coffee'
  | 'kettle'
  | 'toaster'
  | 'blender'
  | 'pot'
  | 'air'
  | 'vacuum'
  | 'water-dispenser'
  | 'water-filter'
  | 'mesh-filter'
  | 'hose'
  | 'knob'
  | 'element'
  | 'burner'
  | 'gasket'
  | 'belt'
  | 'motor'
  | 'board'
  | 'valve'
  | 'rack'
  | 'handle'
  | 'bulb'
  | 'cord'
  | 'cover'
  | 'cleaner'
  | 'thermometer'
  | 'turntable'
  | 'spray-arm'
  | 'stopper'
  | 'magnet'
  | 'brush'
  | 'pitcher'
  | 'carafe'
  | 'balls'
  | 'coffee-filter'
  | 'tank'
  | 'scoop'
  | 'roller'
  | 'rod'
  | 'absorber'
  | 'vent-cover'
  | 'feet'
  | 'pan'
  | 'bin'
  | 'part'
  | 'generic';

/** The first rule that matches wins: parts before the machines that they belong to, and special machines before plain ones. */
const rules: [Kind, RegExp][] = [
  ['thermometer', /\bthermometers?\b/],
  ['turntable', /\bturntable\b|\bglass (plate|tray)\b/],
  ['spray-arm', /\bspray arms?\b/],
  ['stopper', /\b(sink )?stoppers?\b|\bsplash guards?\b|\bflanges?\b|\bsink strainers?\b/],
  ['magnet', /\bmagnets?\b(?!.*cover)|\bsign\b/],
  ['balls', /\b(dryer|wool) balls?\b/],
  ['absorber', /\b(odou?r|deodori[sz]er|absorber)s?\b|\bbaking soda\b/],
  ['scoop', /\bscoops?\b|\bice bags?\b|\bice cube\b/],
  ['coffee-filter', /\bcoffee\b(?!.*(water|charcoal)).*\bfilters?\b|\bk-?cup filters?\b|\bpods? filters?\b|\breusable (k-?cups?|pods?)/],
  ['feet', /\b(anti.?)?vibration\b|\bleveling (legs?|feet)\b|\bfeet\b|\bshock absorb/],
  ['roller', /\brollers?\b|(?<!\bon )\bwheels?\b|\bcasters?\b|\bpulleys?\b/],
  ['rod', /\bsuspension\b|\brods?\b(?!.*clean)|\bsprings?\b|\bshocks?\b|\bstruts?\b/],
  ['bin', /\bshelf\b|\bshelves\b|\bbins?\b|\bdrawers?\b|\bcrisper\b|\bdrip tray\b/],
  ['brush', /\bbrush(es)?\b/],
  ['carafe', /\bcarafes?\b/],
  ['pitcher', /\bpitchers?\b|\bfroth(ing|er) (cup|jug)\b|\btampers?\b/],
  ['vent-cover', /\bvent (cover|hood|cap)s?\b|\blouver/],
  ['pan', /\bdrain pans?\b|\boven liners?\b|\bbaking (pan|sheet)s?\b/],
  ['tank', /\btanks?\b/],
  ['mesh-filter', /\b(grease|charcoal|carbon|mesh|hood|microwave|air|lint|dryer|vent|hepa)\b.*\bfilters?\b|\blint (screen|trap)/],
  ['water-filter', /\bfilters?\b|\bcartridges?\b/],
  ['hose', /\bhoses?\b|\btubing\b|\btube\b|\bduct\w*\b|\bvent kit\b|\bsupply line\b|\bwater line\b/],
  ['knob', /\bknobs?\b|\bdials?\b/],
  ['element', /\b(heating|bake|broil|surface|oven|dryer) element\b|\belements?\b|\bigniters?\b|\bheating coil\b/],
  ['burner', /\b(drip|burner) (pans?|bowls?|caps?|heads?|covers?)\b|\bburners?\b(?!.*\b(range|cooktop|stove)\b)|\bgrates?\b/],
  ['gasket', /\bgaskets?\b|\bseals?\b/],
  ['belt', /\bbelts?\b/],
  ['valve', /\bvalves?\b/],
  ['motor', /\bmotors?\b|\bpumps?\b|\bcompressors?\b|\bagitator\b|\bimpeller\b|\bcoupl(er|ing)\b/],
  [
    'board',
    /\bboards?\b|\bthermostats?\b|\bsensors?\b|\bswitch(es)?\b|\btimers?\b|\bfuses?\b|\brelays?\b|\bcapacitors?\b|\bthermistors?\b/,
  ],
  ['rack', /\bracks?\b|\bshel(f|ves)\b|\bbaskets?\b|\bbins?\b|\btrays?\b|\bdrawers?\b|\bpedestals?\b|\bportafilters?\b|\bstacking kit\b/],
  ['handle', /\bhandles?\b|\bhinges?\b|\blatch(es)?\b|\bstrikes?\b/],
  ['bulb', /\bbulbs?\b|\blamps?\b|\bled light\b/],
  ['cord', /\bcords?\b|\bplugs?\b|\bcables?\b|\bwir(e|ing)\b/],
  ['cover', /\bcovers?\b|\bmats?\b|\bliners?\b|\bpads?\b|\bprotectors?\b|\bpanels?\b/],
  ['cleaner', /\bcleaners?\b(?!.*vacuum)|\bcleaning\b|\bdescal\w+|\bdetergent\b|\bpolish\b|\bwipes?\b|\btablets?\b/],
  ['part', /\b(replacement|repair|part|kit|clips?|screws?|brackets?|bearings?|springs?|adapters?)\b(?!.*\b(refrigerator|range|washer)$)/],
  ['dishwasher', /\bdish ?washers?\b/],
  ['wine-cooler', /\bwine\b|\bbeverage (cooler|fridge|refrigerator|center)/],
  ['chest-freezer', /\bchest freezer|\bdeep freezer/],
  ['ice-maker', /\bice (maker|machine)s?\b/],
  ['water-dispenser', /\bwater (dispenser|cooler)s?\b/],
  ['mini-fridge', /\b(mini|compact|portable|bar)\b.*\b(fridge|refrigerator|freezer)s?\b|\bkegerator/],
  ['fridge', /\bfridges?\b|\brefrigerators?\b|\bfreezers?\b/],
  ['coffee', /\bcoffee\b|\bespresso\b|\bk-?cups?\b|\bcapsules?\b|\bpods?\b/],
  ['toaster', /\btoasters?\b/],
  ['microwave', /\bmicrowaves?\b/],
  ['hood', /\bhoods?\b|\bdowndraft\b/],
  ['cooktop', /\bcook ?tops?\b|\bhot plates?\b|\bhob\b|\binduction\b(?!.*range)/],
  ['oven', /\bwall ovens?\b|\bdouble ovens?\b/],
  ['range', /\branges?\b|\bstoves?\b|\bovens?\b|\bcookers?\b(?<!rice cookers?)(?<!slow cookers?)/],
  ['dryer', /\bdryers?\b(?!.*\bwasher)/],
  ['washer', /\bwashers?\b|\bwashing machines?\b|\blaundry\b/],
  ['kettle', /\bkettles?\b/],
  ['blender', /\bblenders?\b|\bmixers?\b|\bjuicers?\b|\bfood processors?\b/],
  ['pot', /\bair fryers?\b|\brice cookers?\b|\bslow cookers?\b|\bpressure cookers?\b/],
  ['disposal', /\bdispos(al|er)s?\b|\bcompactors?\b/],
  ['air', /\bair conditioners?\b|\b(de)?humidifiers?\b|\bpurifiers?\b|\bheaters?\b|\bfans?\b/],
  ['vacuum', /\bvacuums?\b/],
];

/**
 * The kind a title and its categories speak of. What stands before "for", "with" or a comma names the thing itself
 * ("Water Filter for Refrigerator", "Refrigerator with Ice Maker"), so that part is asked first.
 */
export function kindOf(title: string, categories: readonly string[] = []): Kind {
  const text = title.toLowerCase();
  const head = text.split(/\b(?:for|with|w\/|fits|compatible|replaces|replacement for|includes|including)\b|[,(|:;–—]/)[0];
  return match(head) ?? match(text) ?? match(categories.slice().reverse().join(' | ').toLowerCase()) ?? 'generic';
}

function match(text: string): Kind | undefined {
  return rules.find(([, pattern]) => pattern.test(text))?.[0];
}
