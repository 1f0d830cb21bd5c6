"""Pseudonyms: what to call somebody of whom nothing is known. ``Pink Stereo from Atlanta``.

Every place has a walk of its own through all pairs of a colour and a thing, in strides of about
0.618 (the golden ratio) of the whole: however far a place has come, neighbours share no word, and
no pair comes again until all of them have been. Where a walk begins depends on the place, lest every
city begin with the same one. Rule R22.

Once given, a pseudonym is stored with its contact. Still, the order of these words is for ever: the
counters in the database say how far along it each place is.
"""

from typing import Final
from zlib import crc32

_COLOR_WORDS: Final = """
    Amber Apricot Aqua Azure Beige Blue Bronze Burgundy Carmine Celadon Cerulean Charcoal Cobalt
    Copper Coral Crimson Cyan Emerald Fuchsia Garnet Gold Green Indigo Jade Lavender Lemon Lilac
    Lime Magenta Maroon Mauve Mint Mustard Navy Ochre Olive Orange Periwinkle Pink Plum Purple Red
    Ruby Sapphire Scarlet Silver Teal Turquoise
"""
_OBJECT_WORDS: Final = """
    Abacus Accordion Airship Almanac Amplifier Anchor Antenna Apron Aquarium Arcade Arch Armchair
    Atlas Attic Awning Backpack Balcony Balloon Banjo Barn Barometer Basket Bassoon Beacon Bell
    Bench Bicycle Binoculars Birdhouse Blackboard Blanket Blazer Blender Boathouse Bookcase Bookmark
    Bookshelf Bottle Bracelet Bridge Briefcase Broom Brush Bucket Buckle Bungalow Buoy Button Cabin
    Cabinet Calculator Calendar Camera Campfire Candle Canopy Canteen Canvas Caravan Cardigan
    Carousel Carpet Carriage Castle Catalog Ceiling Cello Chair Chalet Chalk Chandelier Chart
    Chimney Chisel Clarinet Clipboard Clock Coaster Colander Compass Computer Concertina Cottage
    Couch Crayon Cupboard Curtain Cushion Cymbal Dashboard Deckchair Desk Diary Dictionary Doorbell
    Doormat Drawbridge Drawer Dresser Drum Earmuffs Easel Elevator Encyclopedia Envelope Eraser
    Escalator Ferry Fireplace Flashlight Flowerpot Folder Footbridge Footstool Fountain Gallery
    Garage Garden Gazebo Glider Globe Glockenspiel Glove Gondola Gramophone Greenhouse Guitar
    Hallway Hammock Handbag Harbor Harmonica Harp Harpsichord Hatbox Headphones Helicopter Hourglass
    House Island Jacket Jigsaw Journal Jukebox Kaleidoscope Kayak Kettle Keyboard Keychain Kiosk
    Kite Knapsack Ladder Lamp Lantern Laptop Lens Library Lighthouse Locker Locket Locomotive Loom
    Magnet Mailbox Mandolin Map Marble Marimba Medal Megaphone Metronome Microphone Microscope
    Mirror Mitten Mixer Monocle Monorail Mosaic Motorboat Napkin Notebook Notepad Observatory
    Ocarina Paintbox Paintbrush Palette Paperclip Parachute Parasol Parka Patio Pavilion Pebble
    Pencil Pendulum Periscope Piano Pillow Pinwheel Planet Planetarium Platter Porch Postcard Poster
    Printer Prism Projector Propeller Puzzle Pyramid Quill Quilt Radio Raincoat Record Ribbon Robot
    Rowboat Rug Ruler Sailboat Sandal Satchel Satellite Saucer Saxophone Scarf Schooner Scissors
    Scooter Scrapbook Sculpture Seesaw Shelf Ship Shovel Signpost Skateboard Sketchbook Skylight
    Sled Slipper Snowboard Snowglobe Sofa Spatula Spectacles Speedometer Spoon Stadium Staircase
    Stapler Steamboat Stencil Stereo Stopwatch Streetcar Submarine Suitcase Sundial Sunglasses
    Surfboard Sweater Synthesizer Table Tambourine Tapestry Taxi Teacup Teapot Telegraph Telephone
    Telescope Television Tent Terrace Theater Thermometer Thermos Thimble Ticket Toaster Toboggan
    Toolbox Tractor Trampoline Treehouse Tricycle Trolley Trumpet Tuba Turntable Typewriter Ukulele
    Umbrella Unicycle Vase Viola Violin Wagon Wallet Wardrobe Watch Waterwheel Wheelbarrow Whistle
    Windmill Window Windsock Workbench Wreath Xylophone Yacht Yurt Zeppelin Zither
"""

COLORS: Final = tuple(_COLOR_WORDS.split())
OBJECTS: Final = tuple(_OBJECT_WORDS.split())
COMBINATIONS: Final = len(COLORS) * len(OBJECTS)

# Shares no divisor with COMBINATIONS, so that the walk comes by every pair before its first one.
_STRIDE: Final = 9_493


def pseudonym(n: int, location: str | None) -> str:
    """The ``n``-th pseudonym, from 0, of a place; none where no place is known.

    Without its like there until ``COMBINATIONS`` have been given.
    """
    place = location.strip() if location else ""
    pair = (crc32(place.encode(errors="replace")) + n * _STRIDE) % COMBINATIONS
    thing, color = divmod(pair, len(COLORS))
    name = f"{COLORS[color]} {OBJECTS[thing]}"
    return f"{name} from {place}" if place else name
