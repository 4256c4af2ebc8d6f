/** A sentence as people type it, and the titles that answer it. */
export interface Sentence {
  query: string;
  wanted: RegExp;
}

const sentences = (list: [query: string, wanted: RegExp][]): Sentence[] => list.map(([query, wanted]) => ({ query, wanted }));

/** Written and labelled before anything was measured on them. `choosing` may decide settings; `reporting` is only read off. */
export const sampleSentences = {
  choosing: sentences([
    ['quiet dishwasher for a small kitchen', /(Built-in|Countertop|Portable) Dishwasher/],
    ['water filter for a French door fridge', /Refrigerator Water Filter/],
    ['espresso at home', /Espresso Machine/],
    ['dryer that saves energy', /Electric Dryer|Ventless Portable Dryer/],
    ['keep drinks and beer cool', /Beverage Refrigerator|Mini Fridge|Refrigerator,|Refrigerator with/],
    ['my oven does not light', /Oven Igniter/],
    ['get rid of smells in the fridge', /Odor Absorber|Refrigerator Air Filter/],
    ['washing machine for a small apartment', /Portable Washing Machine|(Front|Top) Load Washer/],
    ['make ice for parties', /Countertop Ice Maker|Commercial Ice Machine/],
    ['clean my coffee maker', /Descaler/],
    ['stove for cooking with gas', /Gas Range|Gas Cooktop/],
    ['dryer takes too long because of lint', /Lint Screen|Vent Cleaner|Vent Hose|Lint Trap/],
    ['stop the washing machine from shaking', /Anti Vibration|Suspension Rod/],
    ['what do I need to froth milk', /Frothing Pitcher|Espresso Machine/],
    ['freezer for a lot of meat', /Chest Freezer|Upright Freezer/],
    ['bulb for the light inside my oven', /Oven Light Bulb/],
    ['heat up food quickly', /Over-the-Range Microwave|Microwave/],
    ['suck up steam and smoke over the stove', /Range Hood/],
    ['one cup of coffee in the morning', /Single Serve Coffee Maker|Drip Coffee Maker/],
    ['my washer leaks at the door', /Door Boot Seal/],
    ['grind up food waste under the sink', /Garbage Disposal/],
    ['tablets against smell in the dishwasher', /Dishwasher Cleaner Tablets/],
    ['fridge for a student room', /Mini Fridge/],
    ['dry clothes without wrinkles and chemicals', /Wool Dryer Balls|Dryer/],
  ]),
  reporting: sentences([
    ['silent machine that washes my dishes', /(Built-in|Countertop|Portable) Dishwasher/],
    ['cappuccino like in a cafe', /Espresso Machine|Frothing Pitcher/],
    ['electric machine for drying laundry', /Electric Dryer|Ventless Portable Dryer/],
    ['cold drinks at a party', /Beverage Refrigerator|Ice Maker|Ice Machine|Mini Fridge/],
    ['fridge is too warm', /Thermometer|Refrigerator|Thermostat|Start Relay|Fan Motor/],
    ['washer does not drain', /Washer Drain Pump/],
    ['protect my stove from spills', /Stove Gap Cover|Stove Top Cover|Drip Pans|Oven Liner/],
    ['clear fresh drinking water from the refrigerator', /Refrigerator Water Filter/],
    ['replacement for a broken microwave plate', /Turntable Plate/],
    ['glass top to cook on', /Cooktop|Electric Range/],
    ['dryer does not heat', /Dryer Heating Element|Thermal Fuse/],
    ['hose for water to the washing machine', /Washing Machine Hoses|Inlet/],
    ['space saving dishwasher on the counter', /(Countertop|Portable) Dishwasher/],
    ['keep vegetables fresh in a drawer', /Crisper Drawer/],
    ['vent the dryer indoors', /Indoor Dryer Vent|Ventless/],
    ['large refrigerator with doors side by side', /Side-by-Side Refrigerator/],
    ['remove limescale from the espresso machine', /Descaler/],
    ['where can I put used coffee grounds', /Knock Box|Coffee/],
    ['smoke filter with active carbon for the hood', /Charcoal Range Hood Filter/],
    ['big stand alone freezer', /Chest Freezer|Upright Freezer/],
    ['oven temperature is wrong', /Oven Temperature Sensor/],
    ['catch water under the washer', /Drain Pan/],
    ['show if the dishes are clean', /Clean Dirty Dishwasher Magnet/],
    ['brew coffee for the whole family', /Drip Coffee Maker|Coffee Carafe|Coffee Maker/],
  ]),
};

/** On the titles of amazon-in-appliances, labelled by what the thing is called there. */
export const titleSentences = {
  choosing: sentences([
    ['clean drinking water at home', /water purifier|\bRO\b|water filter/i],
    ['cool air in a hot bedroom', /air condition|\bAC\b|cooler|fan/i],
    ['press my shirts', /iron\b|steamer/i],
    ['make juice in the morning', /juicer|mixer|blender/i],
    ['get warm in winter', /heater|geyser|blower/i],
    ['machine for washing clothes', /washing machine|washer/i],
    ['keep food cold', /refrigerator|fridge|freezer/i],
    ['pick up dust from the floor', /vacuum/i],
    ['cook rice without watching', /rice cooker|cooker/i],
    ['boil water for tea', /kettle/i],
    ['toast bread for breakfast', /toaster|sandwich/i],
    ['remove smoke from the kitchen', /chimney|hood|exhaust/i],
  ]),
  reporting: sentences([
    ['hot water for the shower', /geyser|water heater|instant/i],
    ['something to fry with less oil', /air fryer|fryer/i],
    ['bake a cake', /oven|otg|cake/i],
    ['mix dough and cream by hand', /hand mixer|beater|blender|whisk/i],
    ['fresh air without pollution', /air purifier|purifier/i],
    ['cover for my washing machine', /cover/i],
    ['stitch clothes', /sewing/i],
    ['warm up leftovers', /microwave|oven/i],
    ['dry air in a damp room', /dehumidifier|humidifier/i],
    ['stove that works with electricity', /induction|cooktop|hot plate|stove/i],
    ['clean dishes automatically', /dishwasher/i],
    ['small fridge for a hostel', /mini|portable|single door|refrigerator|fridge/i],
  ]),
};
