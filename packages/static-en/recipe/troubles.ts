/**
 * What people say when something of theirs is broken, missing or a nuisance, by what mends it: `name | trouble, trouble`. Troubles name the
 * appliance more often than the part, so without them its name alone would decide.
 */
const lines = `
washing machine | I am tired of the laundromat, our clothes get dirty every day, one big load a week, muddy football kit, wash curtains at home, a machine that is gentle on wool, duvets that fit into the drum, clean sheets every sunday, wash work clothes, washer with a large drum, heavy blankets, bulky bedding, which washer saves water, a washer that does not rattle the house, new washer and no dryer
portable washing machine | laundry where no hookup is, wash baby things in the bathtub room, fits beside the toilet, a little washer to roll to the sink, laundry on a boat, wash without a laundry room, student laundry
washing machine cleaner tablets | towels smell after the wash, black spots in the drum, grease in the washing machine, grey film on laundry, deodorize the front loader, sour smell when I open the washer, get the washer hygienic again, smell comes out of the drum
washer drain pump | tub still has water in it, the washer stops with water inside, does not empty at the end of the cycle, have to bail out the washer by hand, water stays after rinsing, drain cycle hums and nothing leaves, washer cannot get rid of water, blocked pump in the washer
washing machine drain pan | water under the laundry machine ruins the parquet, washer upstairs might flood, puddle guard, something flat to stand the washer in, keep a leak from the ceiling below
washing machine hoses | cracked rubber tube to the tap, pipe from the wall to the washer, hose split and flooded the cellar, new tubes for hot and cold, connect a washer, hose that cannot burst, leaking connection at the faucet
washer water inlet valve | takes an hour to fill the tub, hardly any water comes in, no hot water in the washer, washer overfills, water drips in when the machine is off, washer waits for water, no water for the rinse
washer door boot seal | black mould in the folds of the door, rubber of the front loader is ripped, water runs down the front of the washer, front loader drips while washing, worn rubber in the door, ring around the drum opening
washer lid switch | washer thinks that the lid is open, no spin with a closed lid, stops when the lid should lock, lid light blinks, lid click is missing, machine fills and then just sits there
washer suspension rod kit | drum knocks during the spin, tub sits crooked, banging noise in the top loader, always out of balance, drum hits the cabinet, washer moves around while it spins
anti vibration pads | the washer hops, floor trembles during the spin, laundry room shakes, washer slides on tiles, feet for a washer that wanders, keep the machine where it is, noise goes through the floor, neighbours hear the spin cycle
agitator dogs repair kit | center post turns only one way, agitator just wobbles, clothes at the top stay dry, agitator slips when full, the fin in the middle stands still
washer lint trap | washer hose fills the sink with fuzz, sock for the drain hose, keep hair and fluff from the drain, laundry tub is clogged by lint
clothes dryer | towels come out fluffy, it rains and the laundry is wet, no room for a clothes line, dry four loads on sunday, machine for wet laundry, dryer with sensors, a dryer that costs little to run, lower my power bill with a new dryer, low consumption dryer, dries gently and saves power, quick dry for sports clothes, electric dryer for a big household
ventless portable dryer | dry laundry in a rented room, dryer that fits on a shelf, dryer without a hole in the wall, a dryer for a caravan, dry a few things in the bathroom, hang a dryer on the wall
dryer heating element | laundry is wet after a whole cycle, clothes are still damp after drying, air in the dryer is cool, drum turns and stays cold, takes three cycles to dry, no warmth in the dryer, dryer tumbles but there is no heat, my towels never get dry, wet jeans after two hours, burnt out coil in the dryer
dryer thermal fuse | dryer went dead from one day to the next, dryer got too hot and quit, nothing happens when I press start, no heat after a clogged vent, dryer stopped heating all of a sudden, dryer blew a fuse, overheating cut the dryer off
dryer drum belt | motor hums and the drum stands still, drum can be turned by hand too easily, drum came to a halt, torn band around the drum, dryer runs and nothing tumbles, snap and then no more turning
dryer drum roller kit | squeal at every turn, dryer rumbles like a train, thump while tumbling, drum scrapes at the back, dryer is so loud, metal noise in the dryer, grinding when the drum turns
dryer lint screen | hole in the lint filter, fluff all over clean clothes, filter frame is bent, fuzz collects everywhere, dryer filter went missing, lint gets past the filter, lint catcher
dryer vent hose | hot moist air blows into the laundry room, pipe behind the dryer has a hole, duct to the outside, crushed tube behind the machine, longer duct for the dryer, foil tube
dryer vent cover | mice come in through the exhaust, cold draft through the dryer pipe, flap outside is broken, sparrows nest in the exhaust, outdoor hood of the duct, cap for the exhaust on the facade
dryer vent cleaner kit | duct is full of lint, exhaust is stuffed up, drying takes twice as long as last year, fear of a fire from lint, long brush for the duct, sweep out the dryer pipe, get fluff out of the exhaust, no air comes out of the vent, takes forever because the vent is full
indoor dryer vent kit | there is no hole in the wall for the dryer, let the dryer blow into the cellar, catch moist air in a bucket of water, dryer exhaust without a duct, use the warm air of the dryer for the room
wool dryer balls | shirts cling together, sparks when I fold laundry, scratchy towels, laundry soft without softener, allergic to dryer sheets, instead of dryer sheets, creased shirts from the dryer, dry faster and softer, static on fleece
dryer power cord | plug does not match the wall, dryer came without a cable, electric cable for a dryer, four holes in the outlet, three holes in the wall
dryer door switch | runs with an open door, light stays on in the dryer, dryer does not start after closing the door, does not go on again after I opened it, door must be pressed to keep running, stops in the middle of the cycle
steam iron | creased blouse, smooth shirts before a meeting, pleats in a skirt
dishwasher | never do the washing up again, dishes for a family of six, dishwasher that nobody hears, peace and quiet while the dishes are cleaned, sparkling glasses every time, replace our old built-in dishwasher, silent at dinner, dishwasher with a third rack, stainless dishwasher under the counter, clean plates with little water
countertop dishwasher | dishes in a studio flat, renter without a dishwasher, dishwasher for a motorhome, dishwasher that I can take along when I move, no pipes for a dishwasher, fits on the worktop, fill it with a jug, roll the dishwasher to the tap, dishes of a single person, dishwasher for a narrow kitchen
dishwasher rack | bottom basket jumps off the rail, upper rack sits crooked, clip that holds the rack is broken, rollers of the basket are worn, basket sticks when I pull it out, rack falls down with plates in it, raise the upper rack for tall plates
dishwasher silverware basket | spoons drop through the bottom, handle of the cutlery rack tore off, where to put forks, chopsticks fall out, new basket for knives
dishwasher spray arm | only the lower plates get clean, nothing sprays in the middle, holes of the sprinkler are blocked, sand on the cups after washing, food bits on the glasses, upper rack gets no water, cups are still dirty, dishes are not rinsed, arm cracked along the seam
dishwasher drain pump | pool of water left after the program, dishwasher stops with water in it, water in the sump, brown water at the bottom, does not pump the water away, gurgles but does not drain, stinking water stays in
dishwasher door latch | door springs open during the wash, dishwasher does not notice that it is shut, must lean on the door, door does not click, handle lost its grip, stops when the door moves, foam comes out at the bottom of the door, drips on the floor at the front, rubber of the dishwasher is brittle, wet tiles in front of the dishwasher, leaks from the lower corner, steam ruins the counter
dishwasher cleaner tablets | glasses come out cloudy, chalky coating on everything, inside of the dishwasher is slimy, sour smell when opening, lime in the dishwasher, fatty residue on the walls, rinse the machine itself, white spots on forks
clean dirty dishwasher magnet | kids put used plates among clean ones, nobody knows whether it has run, flip sign, did anyone start the dishwasher, sticker that says washed, roommates and dishes
dishwasher installation kit | hook up a dishwasher myself, supply line to a new dishwasher, screws and elbows for a dishwasher, dishwasher wobbles under the counter, connect the hot water line
dishwasher door panel magnet cover | ugly dishwasher front, picture on the dishwasher, cheer up a white dishwasher, rental kitchen with an old front, sunflowers in the kitchen, magnetic poster
refrigerator | feeds a household of five, food for two weeks, room for platters, wide shelves and a freezer, family fridge, fridge that makes ice and dispenses water, two wings that open, freezer drawer below, buy a new refrigerator, freezer above and fridge below, a fridge for a house, much room for groceries, inexpensive fridge for the cellar
mini fridge | cold coke next to my bed, snacks in the office, little cooler for a den, fridge for one person, keep a few bottles cold at work, low fridge that fits under a table, fridge for a teenager, bar fridge, breast milk at work, cheap little fridge
beverage refrigerator | a hundred cans at four degrees, wine for guests, showcase for bottles, bottles lying down at constant temperature, beer for the game
chest freezer | a whole deer, bread and meat for the winter, garden harvest to be frozen, fish from the trip, half a pig, berries and vegetables from the garden, the freezer on the fridge is too small, store frozen things for a year, lots of frozen pizza, big box in the basement for frozen meat
upright freezer | frozen things in drawers, freezer that stands like a cupboard, find frozen food without digging, freezer next to the fridge
refrigerator water filter | fridge water smells like a swimming pool, dispenser is slow and tastes odd, black bits in the ice, drinking water out of the fridge, filter warning is on, get lead out of fridge water, fridge ice tastes strange, six months are over and the filter light is on, cleaner water for the family from the door
refrigerator air filter | milk takes on the smell of cheese, fishy refrigerator, onions smell through the whole fridge, fridge reeks, neutralize food smells, stale smell at opening, leftovers smell, keep the fridge smelling fresh, garlic everywhere, smell of curry
refrigerator door shelf bin | milk shelf snapped, jar rack on the door is broken, ketchup has no place, plastic bar of the door rack cracked, door tray lost in the move, bottles tip out when opening
crisper drawer | salad box has a crack, glass lid of the vegetable box, fruit rolls around, broken handle of the drawer, drawer for carrots, vegetables wilt
refrigerator door gasket | cold gets out at the door, door of the fridge springs open again, moisture around the door, rubber strip hangs off, mold on the rubber of the fridge, paper slips out of the closed door, fridge runs all day since the seal is gone, draft of cold air at the fridge door
evaporator fan motor | fridge part is warm and the freezer freezes, chirping in the freezer, no cold air reaches the fridge, rattle behind the freezer wall, freezer fine but milk goes sour, fridge compartment does not get cold, blower in the freezer
defrost heater | thick ice on the rear of the freezer, freezer must be thawed every month, snow in the freezer, ice blocks the air, frost grows back after a week, freezer coated with ice, sheet of ice at the bottom, does not thaw by itself
start relay | fridge is dead but the lamp works, click every few minutes and no cold, compressor hums and stops, everything in the fridge is warm, fridge gave up overnight, fridge no longer gets cold, nothing is cold any more, fridge tries to start
refrigerator thermometer | is four degrees reached, is the milk kept cold enough, vaccine fridge must be checked, beep when the freezer thaws, dial for the fridge, is my food safe, check how cold it gets
refrigerator light | cannot see my food at night, lamp does not go on when the fridge opens, LEDs flash in the fridge, black inside the fridge, fridge lamp burnt out
fridge shelf liners | jam sticks to the glass, soft mats under vegetables, shelves easy to wipe, sticky shelves, put something on glass shelves, nicer looking fridge inside
ice maker water line kit | tap for the ice maker, hose to the fridge is too short, connect water behind the fridge, quarter inch tube, install the ice maker
condenser coil brush | fluff under the fridge, cat hair behind the fridge, fridge gets hot at the back, long thin brush, compressor never stops since it is dusty, save power by cleaning the fridge
ice maker assembly | ice tray stays empty, no cubes for days, cubes are tiny and hollow, arm of the ice maker is broken, fridge stopped producing ice, ice unit in the freezer is dead, ice maker quit
water inlet valve | no water at the dispenser, ice maker gets no water, fridge does not let water in, dispenser only trickles, valve behind the fridge leaks
ice maker | bags of ice are a nuisance, cubes for twenty guests, ice for a cafe, nuggets to chew, ice all summer, clear cubes, cocktails need ice, ice like in a drive in, ice on the counter in minutes, a machine for a bar
ice machine cleaner | pink film in the ice maker, ice smells musty, lime in the ice machine, bin of the ice machine is slimy, disinfect the ice maker, cubes taste old, descale the ice machine
ice maker water pump | water does not circulate in the ice machine, ice machine runs dry, no water flows over the plate, bigger tank, pump of the ice maker is silent, ice machine makes no ice since no water comes up
ice machine water filter | scale ruins the ice machine, white cubes, taste of pipes in the ice
ice scoop | hands in the ice bin are not hygienic, serve ice at a bar, little shovel, spoon for the ice bucket
ice bags | pack ten kilos of ice, sell ice at a kiosk, sack for cubes, bags to take ice to the beach
gas range | roast and four pans at once, sunday roast for eight, five burners and an oven, stove for a new kitchen, cook like at grandma's, stove with a big oven, bake and cook, gas in a rented flat, electric range with a glass top, roast a duck
cooktop | worktop with flames, wok on a strong flame, four gas flames without an oven, flat glass to cook on, glass surface for cooking
induction cooktop | one extra plate at christmas, hotpot on the table, plug a plate into the wall and cook, kettle boils in two minutes on it
wall oven | oven behind a cupboard door, oven at chest height, roast without bending, built into the wall, bread and cakes at home, oven in a cabinet
microwave oven | my lunch is cold, soup warm in two minutes, yesterday's dinner, free counter by hanging it over the stove, quick hot milk, heat plates for children, thaw chicken, warm lunch at noon
microwave glass turntable plate | dish does not rotate, round glass shattered, wheels under the plate, plate for the inside of a microwave, coffee cup no longer goes around, food stands still while heating, glass disc is missing
microwave charcoal filter | microwave blows the smell back, grease over the stove in the microwave, fan of the microwave smells, filter under the microwave
microwave light bulb | cannot see the food turning, lamp in the microwave gave up, cooktop lamp below the microwave
range hood | the whole flat smells of fish, windows fog up while cooking, smoke of the steak, fumes spread through the house, greasy haze in the kitchen, fried onions smell in bed, vent for above the stove, extract the smells of cooking, air over the cooktop, thirty inch hood, hood below a cupboard
range hood grease filter | sticky mesh in the hood, oil drops on the stove from above, hood metal screen, catch fat from frying, dirty metal mesh
charcoal range hood filter | hood blows smells back, hood that is not connected to the outside, coal filter
range hood light bulb | dark over the pots, lamp of the hood flickers
oven igniter | gas oven stays off, oven smells of gas and does not start, burners work but the oven does not, oven ignites only after minutes, gas is on and no fire in the oven, lights up after many tries, my gas oven does not heat, oven fails to light
oven bake element | no heat from below, electric oven only grills, bread stays pale underneath, oven coil has a hole, sparks in the oven, the oven does not warm up, cold oven, takes hours to bake
oven temperature sensor | biscuits are black after ten minutes, real heat differs from the dial, cake is raw in the middle, oven overheats, oven is colder than it says, roast is always overdone, everything comes out burnt, display shows F3
surface burner element | one plate on the stove stays cold, ring of the stove does not glow, coil of the electric stove has a crack, hob plate is dead, half of the coil glows, front plate does not work
oven control knob | dial slips, stove switch broke in two, cannot set the oven, turned it and it came off, letters worn off, plastic grip of the cooker
drip pans | sauce burns under the coils, rusty bowls, stove looks old, foil under the burners, chrome saucers
burner grate | small pot tips over on the flame, rust on the iron of the stove, black iron on which pots stand, yellow flame at one burner, flame only on one side, missing cap of the gas burner, wobbling pan
stove gap covers | peas roll down next to the cooker, greasy slit beside the oven, cannot clean beside the range, strip between range and counter, sauce runs down the side of the range
stove top cover | scratches on the ceramic, put groceries on the stove, more room in a tiny kitchen, lid for the whole stove, stove as a table, keep a glass hob safe
oven liners | pie juice burns on the floor of the oven, mat that catches cheese, hate scrubbing the oven, foil at the bottom
oven light bulb | cannot see the roast, lamp in the stove burst, little lamp that stands 300 degrees, bulb for baking
oven door gasket | oven front gets too hot, knobs melt from heat, heat escapes at the top of the oven door, gap around the oven door, oven needs longer since the seal is torn, warm draft from the oven
cooktop cleaner kit | milk burnt on the glass, rings on ceramic, blade for the glass stove, sugar stuck on the hob, shine for the glass stove, rice water burnt in
garbage disposal | peels straight down the sink, no bin for leftovers, shred bones, mill under the sink, quiet mill for scraps, mine is jammed and I want a new one, less kitchen waste
garbage disposal splash guard | mash spurts out of the sink, teaspoons get shredded, plug the sink with the grinder, black rubber of the drain is torn, lid for the grinder, ring in the drain of the sink
garbage disposal cleaner pods | rotten smell from the drain, stench out of the sink, lemon for the grinder, slime in the disposal, drain flies, sink smells bad
sink top air switch kit | start the grinder from the worktop, pneumatic button, island without an outlet for the disposal, press a knob to grind
espresso machine | stop paying for lattes, two shots before work, barista at home, thick crema, steam milk for cocoa, ristretto, cortado, coffee as in rome, good coffee with milk foam, foamy coffee, grinds and brews
single serve coffee maker | only I drink coffee, cup in a minute, capsule and go, no pot for one person, decaf for one guest
drip coffee maker | meeting with twelve people, jug for the breakfast table, coffee at six by itself, thermos jug for the day, filter coffee for a crowd, coffee for a whole office
coffee machine water filter | tap water spoils my coffee, cartridge for the water tank, coffee tastes of chlorine, taste of coffee is off because of the water, charcoal for the tank
coffee carafe | jug slipped out of my hand, glass of the machine shattered, lid of the jug is lost, thermos jug for the brewer, new pot for my brewer
reusable coffee pod | throwing away pods feels wrong, own coffee in a capsule machine, a pod to wash and fill again, less trash from coffee, capsules cost too much, zero waste coffee
portafilter basket | dripping at the group, coffee squirts out beside the holder, rubber of the brew head is hard, puck is soggy, sieve for the holder, espresso runs out at the side, bigger sieve for two cups
drip tray | knock out the coffee cake, box for used grounds, overflow of the machine, where does the old coffee go, tray under the cup, bang out the puck
coffee machine descaler | light for descaling is on, coffee drips slowly, brewing takes forever, lime in the kettle, coffee is lukewarm and bitter, brewer gurgles, flush lime out, machine spits, clean out mineral build up
milk frothing pitcher | rosetta on a latte, jug for steamed milk, swan in the foam, pour foam, heat milk with the steam wand
paper coffee filters | bags for the cone, size four paper, grounds in the cup, run out of filters
espresso tamper | uneven coffee in the sieve, flat stamp, press grounds level, spring inside, tool for the barista
`;

/** Troubles by the name of the thing that mends them. */
export const troubles: ReadonlyMap<string, readonly string[]> = new Map(
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const [name, list] = line.split(' | ');
      return [name, list.split(', ')];
    }),
);
