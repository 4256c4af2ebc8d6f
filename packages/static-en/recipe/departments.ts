/** A department of an imagined shop: what it sells, what people want it for, and what such things are said to be. */
export interface Department {
  things: string[];
  needs: string[];
  traits: string[];
}

const department = (things: string, needs: string, traits: string): Department => ({
  things: things.split(', '),
  needs: needs.split(', '),
  traits: traits.split(', '),
});

/** Written for this recipe. Things are what titles say; needs are what people type who do not know the name of a thing. */
export const departments: Department[] = [
  department(
    'dishwasher, countertop dishwasher, drawer dishwasher, slimline dishwasher, dishwasher rack, dishwasher spray arm, dish rack, rinse aid, dishwasher detergent',
    'clean the plates without noise, wash dishes in a tiny flat, get glasses spotless, dry pots and pans, save water on washing up, stop the dishwasher leaking, wash up after dinner',
    'quiet, 39 dB, 45 cm wide, compact, energy efficient, third rack, half load, stainless tub, built-in, portable',
  ),
  department(
    'refrigerator, fridge freezer, french door refrigerator, mini fridge, chest freezer, upright freezer, wine cooler, beverage cooler, ice maker, refrigerator water filter, fridge shelf, crisper drawer, door bin',
    'keep food cold, store frozen meat, chill drinks for a party, clean drinking water from the fridge, make ice cubes, keep vegetables fresh longer, a fridge for a student room, stop the freezer frosting up, cool beer in the office',
    'frost free, side by side, counter depth, energy star, garage ready, reversible door, low noise, with water dispenser, 4.4 cu ft',
  ),
  department(
    'washing machine, front load washer, top load washer, portable washer, washer dryer combo, washer pump, inlet hose, drain hose, laundry detergent, washing machine cleaner, lid switch, drum belt',
    'wash clothes in a small apartment, do the laundry, remove stains from shirts, the washer smells bad, washer does not drain, wash wool gently, clean baby clothes, wash a duvet',
    'high efficiency, 27 inch, quick wash, steam, low vibration, stackable, direct drive, 5.0 cu ft, cold wash',
  ),
  department(
    'clothes dryer, electric dryer, gas dryer, heat pump dryer, vented dryer, dryer vent hose, dryer heating element, lint filter, dryer belt, drying rack, dryer balls, dryer thermostat',
    'dry clothes fast, drying laundry with less electricity, low energy drying, dryer takes too long to dry, dry towels on a rainy day, lower the power bill, dryer does not heat, get lint out of the duct',
    'ventless, energy saving, sensor dry, wrinkle care, 7.4 cu ft, compact, eco mode, 240 V, reduces power consumption',
  ),
  department(
    'gas range, electric range, induction cooktop, wall oven, range hood, oven igniter, bake element, burner grate, oven knob, drip pan, stove top cover, oven thermometer, portable burner, toaster oven',
    'cook for a large family, bake bread and cakes, boil water quickly, get rid of cooking smells, remove grease and smoke from the kitchen, the oven does not light, roast a chicken, cook on one plate in a dorm, protect the stove from spills',
    'convection, air fry, self-cleaning, five burners, smooth glass top, cast iron, under cabinet, 900 CFM, 30 inch',
  ),
  department(
    'microwave oven, over the range microwave, countertop microwave, microwave plate, turntable ring, microwave cover, waveguide cover, charcoal filter',
    'warm up leftovers, heat soup at work, defrost meat, make popcorn, replace a broken glass plate, reheat coffee, food stays cold in the middle',
    '1100 W, inverter, sensor cooking, 0.9 cu ft, stainless, easy clean interior, child lock',
  ),
  department(
    'espresso machine, coffee maker, drip coffee machine, single serve coffee maker, pod machine, coffee grinder, milk frother, moka pot, french press, coffee filter, descaler, espresso tamper, cold brew maker, electric kettle, tea kettle, tea infuser',
    'make good coffee, cappuccino and latte like a barista, an italian coffee in the morning, coffee for the office, iced coffee in summer, grind fresh beans, hot water for tea, foam for a flat white, wake up to fresh coffee, strong short coffee, remove limescale',
    '15 bar pump, built-in grinder, steam wand, programmable, thermal carafe, one cup, reusable, stovetop, stainless steel',
  ),
  department(
    'garbage disposal, water softener, faucet, kitchen sink, under sink water filter, reverse osmosis system, pitcher filter, shower head, toilet seat, plunger, pipe wrench, water heater, sink stopper',
    'get rid of food scraps, better tasting tap water, stop a dripping tap, unclog the drain, soft water against limescale, hot water at once, more pressure in the shower, remove chlorine from drinking water',
    'continuous feed, 1/2 hp, lead free, brushed nickel, easy install, tankless, leak proof',
  ),
  department(
    'vacuum cleaner, robot vacuum, stick vacuum, carpet cleaner, steam mop, broom, mop, dustpan, vacuum bags, window cleaner, duster, lint roller, air freshener, trash can, cleaning cloth',
    'clean the floor automatically, pick up dog hair, get dust off shelves, wash the carpet, clean windows without streaks, remove crumbs from the car, wipe the kitchen floor, hair on the sofa',
    'cordless, bagless, hepa filter, self-emptying, lightweight, strong suction, wet and dry, for hardwood floors',
  ),
  department(
    'air conditioner, portable air conditioner, window air conditioner, tower fan, ceiling fan, space heater, oil radiator, dehumidifier, humidifier, air purifier, thermostat, furnace filter, electric fireplace',
    'cool a bedroom at night, stay warm in winter, dry air in the room, damp basement, remove pollen and smoke from the air, fresh air for allergy sufferers, heat one room cheaply, mold on the wall, sleep when it is hot',
    '12,000 BTU, quiet, oscillating, smart, remote control, energy star, with timer, for large rooms',
  ),
  department(
    'blender, hand mixer, stand mixer, food processor, juicer, toaster, air fryer, slow cooker, pressure cooker, rice cooker, waffle iron, bread machine, kitchen scale, electric grill, egg cooker, popcorn maker',
    'make smoothies, knead dough, chop vegetables quickly, crispy fries with less oil, dinner ready when I come home, cook rice perfectly, fresh juice for breakfast, weigh flour, breakfast for two, steam vegetables',
    'dishwasher safe, 6 quart, non-stick, variable speed, compact, 1500 W, digital display, bpa free',
  ),
  department(
    'frying pan, saucepan, dutch oven, baking tray, chef knife, knife sharpener, cutting board, mixing bowl, can opener, measuring cup, food container, lunch box, water bottle, thermos, wine glass, dinner plate, cutlery set, spatula, apron',
    'cut meat and bread, take lunch to school, keep soup hot on a hike, fry eggs without sticking, open wine, set the table for guests, store leftovers, sharpen blunt knives',
    'cast iron, stainless steel, non-stick, bamboo, microwave safe, leakproof, set of 4, insulated, glass',
  ),
  department(
    'television, led tv, smart tv, soundbar, tv wall mount, streaming stick, blu-ray player, dvd player, projector, projector screen, remote control, hdmi cable, antenna, set-top box',
    'watch movies at home like in a cinema, hang the tv on the wall, better sound for films, watch free channels without cable, connect a laptop to the tv, play old discs, big picture for football',
    '4k, 55 inch, hdr, wireless, surround sound, 1080p, dolby atmos, full motion, 6 ft',
  ),
  department(
    'headphones, earbuds, noise cancelling headphones, bluetooth speaker, stereo receiver, turntable, microphone, bookshelf speakers, subwoofer, guitar, guitar strings, keyboard piano, drum set, amplifier, mp3 player, radio, alarm clock',
    'listen to music while running, block noise on a plane, play vinyl records, record my voice, learn to play the piano, music for the garden, wake up gently, loud sound for a party, practise without disturbing neighbours',
    'wireless, waterproof, over-ear, 20 hour battery, deep bass, portable, usb-c, beginner, acoustic',
  ),
  department(
    'laptop, notebook computer, desktop computer, monitor, keyboard, mouse, webcam, printer, ink cartridge, toner, scanner, external hard drive, ssd, usb stick, memory card, router, wifi extender, ethernet cable, laptop bag, docking station, graphics card, laptop stand',
    'work from home, faster internet in every room, print photos, back up my files, video calls with family, computer for school, store more pictures, weak signal upstairs, type comfortably, a second screen, carry a computer safely',
    '16 gb ram, 1 tb, 27 inch, wireless, ergonomic, usb 3.0, dual band, all-in-one, lightweight, gigabit',
  ),
  department(
    'smartphone, phone case, screen protector, phone charger, power bank, wireless charger, phone holder, tablet, e-reader, stylus, smartwatch, fitness tracker, sim card, charging cable, selfie stick',
    'protect the phone when it falls, charge on the go, battery always empty, read books in bed, count my steps, hold the phone in the car, draw on a screen, a phone for grandparents',
    'shockproof, fast charging, 10000 mah, slim, unlocked, 128 gb, tempered glass, waterproof, large buttons',
  ),
  department(
    'digital camera, action camera, camera lens, tripod, camera bag, memory card, flash, security camera, video doorbell, baby monitor, drone, binoculars, telescope, photo frame, photo album',
    'take pictures of birds, film while surfing, see who is at the door, watch the baby sleep, look at the stars, keep burglars away, steady shots at night, show family photos',
    '24 megapixel, optical zoom, night vision, waterproof, wifi, full hd, telephoto, lightweight, motion detection',
  ),
  department(
    'cordless drill, hammer, screwdriver set, circular saw, jigsaw, sander, tape measure, spirit level, tool box, ladder, work light, paint brush, paint roller, wall paint, glue, duct tape, screws, nails, drill bits, safety glasses, work gloves, extension cord',
    'put up shelves, hang a picture, cut wood, fix a chair, paint the bedroom, make a hole in concrete, reach the ceiling, see in the attic, keep tools tidy, stick plastic together',
    '18 v, brushless, heavy duty, 25 ft, magnetic, telescopic, quick dry, corded, with case',
  ),
  department(
    'lawn mower, hedge trimmer, leaf blower, garden hose, sprinkler, watering can, shovel, rake, pruning shears, wheelbarrow, flower pot, grass seed, fertilizer, patio umbrella, garden chair, fire pit, gas grill, charcoal, mosquito trap, greenhouse, compost bin',
    'cut the grass, water plants while away, grill with friends, shade on the terrace, keep insects away in the evening, grow tomatoes, clear leaves in autumn, sit outside, dig holes for plants, trim bushes',
    'battery powered, self-propelled, expandable, 50 ft, weather resistant, foldable, organic, stainless steel, three burners',
  ),
  department(
    'sofa, armchair, office chair, desk, bookshelf, dining table, bed frame, mattress, pillow, duvet, bed sheets, blanket, wardrobe, chest of drawers, mirror, lamp, light bulb, curtain, rug, candle, picture frame, coat rack, shoe rack',
    'sleep better with back pain, sit comfortably all day, make the bedroom dark, store shoes in the hall, cosy light in the living room, space for clothes, a soft floor, guests stay overnight, work standing',
    'memory foam, queen size, adjustable, solid wood, blackout, warm white, washable, modern, height adjustable',
  ),
  department(
    'running shoes, hiking boots, sandals, winter jacket, rain coat, t-shirt, jeans, dress, socks, underwear, hat, gloves, scarf, belt, sunglasses, backpack, suitcase, handbag, wallet, umbrella, watch, necklace, earrings, ring',
    'stay dry in the rain, walk in the mountains, pack for a week, something to wear to a wedding, keep hands warm, run a marathon, carry books to school, protect eyes from the sun, a present for my wife',
    'waterproof, breathable, leather, cotton, lightweight, stretch, size 10, carry-on, wool, genuine',
  ),
  department(
    'tent, sleeping bag, camping stove, cooler, headlamp, bicycle, bike helmet, bike lock, bicycle pump, yoga mat, dumbbells, treadmill, exercise bike, jump rope, football, basketball, tennis racket, golf balls, fishing rod, swim goggles, ski helmet, skateboard, kayak, punching bag',
    'sleep outside, keep drinks cold on the beach, lose weight at home, train muscles, ride to work safely, catch fish, see in the dark, stretch after work, fix a flat tyre, swim laps, teach a child to ride',
    '2 person, lightweight, adjustable, non-slip, rechargeable, carbon, beginner, foldable, inflatable',
  ),
  department(
    'car seat, stroller, baby bottle, diapers, baby carrier, crib, high chair, pacifier, breast pump, night light, building blocks, doll, board game, jigsaw puzzle, toy car, teddy bear, play tent, kite, crayons, school bag, children book, scooter',
    'travel with a baby, feed an infant, a gift for a five year old, keep kids busy on a rainy day, help the baby fall asleep, learn letters, game night with friends, safe in the car, outdoor fun for children',
    'bpa free, washable, foldable, wooden, educational, for ages 3 and up, soft, machine washable, non-toxic',
  ),
  department(
    'dog bed, dog leash, dog food, cat litter, cat tree, pet carrier, aquarium, bird feeder, dog toy, pet hair brush, water fountain for cats, flea collar, hamster cage',
    'walk the dog, take the cat to the vet, keep fish, feed birds in winter, my dog chews everything, less smell from the litter box, brush long hair, a warm place for an old dog',
    'chew proof, washable, large breeds, grain free, odour control, adjustable, retractable',
  ),
  department(
    'electric toothbrush, toothpaste, razor, hair dryer, hair straightener, shampoo, conditioner, soap, face cream, sunscreen, perfume, nail clippers, makeup brush, lipstick, bathroom scale, thermometer, blood pressure monitor, first aid kit, massage gun, heating pad, vitamins',
    'whiter teeth, shave without irritation, dry hair quickly, protect skin from the sun, smell nice, measure fever, relax sore muscles, control my weight, curly hair without frizz, wounds and cuts, check the heart at home',
    'sensitive skin, rechargeable, fragrance free, ionic, spf 50, digital, travel size, gentle, organic',
  ),
  department(
    'car battery, tyre inflator, jump starter, car vacuum, dash cam, floor mats, seat cover, windshield wiper, motor oil, car wax, roof rack, bike rack, car charger, gps navigation, snow chains, trailer hitch, spark plug, brake pads',
    'start the car when it is cold, find the way, clean the seats, drive safely in snow, record accidents, carry bicycles, see in heavy rain, change the oil, pump up tyres, charge a phone while driving',
    '12 v, universal fit, 1000 a, synthetic, heavy duty, all weather, hd, portable',
  ),
  department(
    'notebook, ballpoint pen, fountain pen, pencil, marker, stapler, paper shredder, whiteboard, calculator, file folder, desk organizer, envelope, printer paper, sticky notes, scissors, label maker, calendar, laminator',
    'write letters, destroy old documents, plan the week, do sums at school, tidy the desk, sort papers, mark pages, send post, cut paper, present ideas in a meeting',
    'a4, refillable, cross cut, magnetic, hardcover, black ink, pack of 12, scientific',
  ),
  department(
    'novel, cookbook, dictionary, travel guide, comic, magazine, music cd, movie dvd, video game, game console, game controller, gift card, audiobook, poster, sheet music, documentary, action movie, comedy, rock album, jazz album, classical music',
    'learn to cook, read on holiday, play with friends online, laugh in the evening, relaxing music, a story for children, learn spanish, a present for a gamer, history of the war, racing game',
    'paperback, special edition, widescreen, remastered, season 1, two-player, bestselling, live, greatest hits',
  ),
  department(
    'olive oil, ground coffee, green tea, chocolate, breakfast cereal, pasta, rice, butter, cheese, milk powder, honey, jam, potato chips, spices, sugar, flour, wine, beer, orange juice, mineral water, protein powder, nuts, baby food',
    'bake a cake, something sweet, healthy breakfast, snack for the road, cook indian food, drink without sugar, build muscle, food without gluten, party for twenty people',
    'organic, 500 g, unsalted, gluten free, family pack, fair trade, 1 kg, low fat, whole grain',
  ),
  department(
    'replacement battery, aaa batteries, power strip, surge protector, smart plug, led strip, flashlight, smoke detector, door lock, safe, padlock, wall clock, doorbell, solar panel, generator, adapter, transformer, motion sensor, light switch, fuse',
    'light the garden path, switch lamps by voice, warn of fire, lock the shed, power during an outage, plug in many devices, electricity from the sun, keep documents safe, turn lights on automatically, use my charger abroad',
    '1.5 v, rechargeable, outdoor, dimmable, 10 year, wifi, pack of 8, 2000 w, weatherproof',
  ),
];

/** Short names that are nobody's, so that a title begins as titles do. */
export const makers =
  'Arvell Bostra Corvane Delmer Evonix Fennard Galtor Hestrel Ivarra Jorven Kelvora Lumard Morvane Nordel Ostrava Pellar Quorin Rastel Selvane Torvick'.split(
    ' ',
  );
