"""The invented design studio that both pretend providers tell about: its clients and what it sells."""

from __future__ import annotations

from dataclasses import dataclass

STUDIO_NAME = "Harbour Studio"
STUDIO_EMAIL = "hello@harbourstudio.example"
STUDIO_URL = "https://harbourstudio.example"


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the studio. ``email`` is None where the studio never learned one."""

    name: str
    email: str | None
    city: str
    state: str | None
    country: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class Service:
    """Something that the studio sells. ``price`` is in cents of a dollar; ``months`` is None for one-off work."""

    key: str
    name: str
    description: str
    price: int
    months: int | None = None


SERVICES = (
    Service("brand", "Brand identity", "Logo, colours, type and a guide", 380000),
    Service("website", "Website design", "Page design, ready to build", 240000),
    Service("page", "Extra page", "One more page in the same design", 32000),
    Service("illustration", "Illustration", "Hand-drawn, delivered as vectors", 48000),
    Service("packaging", "Packaging design", "Dieline, artwork and proof", 195000),
    Service("print", "Print preparation", "Checked and ready for the press", 14500),
    Service("photo", "Photo retouching", "Per picture", 3500),
    Service("workshop", "Workshop seat", "A Saturday in the studio", 18400),
    Service("consulting", "Consulting hour", "By the hour", 15000),
    Service("copy", "Copywriting", "Per page of text", 9000),
)

RETAINERS = (
    Service("care", "Website care", "Updates, backups and small fixes", 19000, 1),
    Service("care-plus", "Website care plus", "Care with a designer on call", 49000, 1),
    Service("retainer", "Design retainer", "Ten studio hours a month", 120000, 1),
    Service("hosting", "Hosting, yearly", "Hosting and a domain for a year", 24000, 12),
)

_NAMES = (
    ("Anchor & Oak Furniture", "Portland", "ME", "US", "04101"),
    ("Bluebird Bakery", "Burlington", "VT", "US", "05401"),
    ("Café Größenwahn", "Berlin", None, "DE", "10999"),
    ("Copperline Plumbing", "Hartford", "CT", "US", "06103"),
    ("Dahlia Florists", "Providence", "RI", "US", "02903"),
    ("Eastgate Dental", "Albany", "NY", "US", "12207"),
    ("Fernwood Yoga 🌿", "Northampton", "MA", "US", "01060"),
    ("Granite State Cycling", "Concord", "NH", "US", "03301"),
    ("Hollis <b>&</b> Daughters", "Nashua", "NH", "US", "03060"),
    ("Ironbridge Brewing", "Worcester", "MA", "US", "01608"),
    ("Juniper Skincare", "Brooklyn", "NY", "US", "11201"),
    ("山田デザイン事務所", "Tokyo", None, "JP", "150-0001"),
    ("Kestrel Outdoor", "Bennington", "VT", "US", "05201"),
    ("Lantern Bookshop", "Salem", "MA", "US", "01970"),
    ("Maple Street Pediatrics", "Stamford", "CT", "US", "06901"),
    ("Northwind Sailing School", "Newport", "RI", "US", "02840"),
    ("Ochre Ceramics", "Hudson", "NY", "US", "12534"),
    ("Pemberton Law", "Boston", "MA", "US", "02108"),
    ("Quill & Compass Travel", "Cambridge", "MA", "US", "02138"),
    ("Redwood Veterinary", "Springfield", "MA", "US", "01103"),
    ("Saltmarsh Oysters", "Wellfleet", "MA", "US", "02667"),
    ("Tidewater Architects", "New London", "CT", "US", "06320"),
    ("Umbra Lighting", "Queens", "NY", "US", "11101"),
    ("Vesper Jazz Club", "New Haven", "CT", "US", "06510"),
    ("Wildflower Honey Co.", "Brattleboro", "VT", "US", "05301"),
    ("Xylo Records", "Brooklyn", "NY", "US", "11211"),
    ("Yarrow Herbals", "Keene", "NH", "US", "03431"),
    ("Zephyr Kites", "Hyannis", "MA", "US", "02601"),
    ("Alder Accounting", "Manchester", "NH", "US", "03101"),
    ("Brightwater Pools", "Fairfield", "CT", "US", "06824"),
    ("Cobblestone Inn", "Camden", "ME", "US", "04843"),
    ("Driftwood Gallery", "Provincetown", "MA", "US", "02657"),
    ("Elm Row Tutoring", "Amherst", "MA", "US", "01002"),
    ("Foxglove Gardens", "Lenox", "MA", "US", "01240"),
    ("Gable & Sons Roofing", "Bangor", "ME", "US", "04401"),
    ("Hearthside Chimney", "Rutland", "VT", "US", "05701"),
    ("Indigo Print Works", "Lowell", "MA", "US", "01852"),
    ("Jasper Street Coffee", "Pittsfield", "MA", "US", "01201"),
    ("Kindred Childcare", "Quincy", "MA", "US", "02169"),
    ("Lark Hill Farm", "Stowe", "VT", "US", "05672"),
    ("Mariner Insurance", "Gloucester", "MA", "US", "01930"),
    ("Nutmeg Spice Company", "Mystic", "CT", "US", "06355"),
    ("Orchard Lane Cider", "Litchfield", "CT", "US", "06759"),
    ("Pine & Thistle Soap", "Rockland", "ME", "US", "04841"),
    ("Quarry Climbing Gym", "Barre", "VT", "US", "05641"),
    ("Rowan Physiotherapy", "Nantucket", "MA", "US", "02554"),
    ("Sable Photography", "Troy", "NY", "US", "12180"),
    ("Thornbury Estates", "Greenwich", "CT", "US", "06830"),
    ("Upland Timber", "Augusta", "ME", "US", "04330"),
    ("Velvet Curtain Theatre", "Saratoga Springs", "NY", "US", "12866"),
    ("Wren & Finch Toys", "Ithaca", "NY", "US", "14850"),
    ("Yellow Door Realty", "Newton", "MA", "US", "02458"),
    ("Zinnia Events", "White Plains", "NY", "US", "10601"),
    ("Ardmore Tea House", "Edinburgh", None, "GB", "EH1 2NG"),
    ("Beacon Hill Optics", "Boston", "MA", "US", "02114"),
    ("Clover Leaf Creamery", "Woodstock", "VT", "US", "05091"),
    ("Dunmore Distillers", "Kingston", "NY", "US", "12401"),
    ("Évora Tile & Stone", "Fall River", "MA", "US", "02720"),
    ("Fogarty's Boatyard", "Marblehead", "MA", "US", "01945"),
    ("Grove Street Pharmacy", "Peterborough", "NH", "US", "03458"),
)
_WITHOUT_EMAIL = {"Fogarty's Boatyard", "Lark Hill Farm", "Upland Timber"}


def _email(name: str) -> str | None:
    if name in _WITHOUT_EMAIL:
        return None
    plain = "".join(char for char in name.lower() if char.isascii() and char.isalnum())
    return f"office@{plain or 'yamada-design'}.example"


CLIENTS = tuple(Client(name, _email(name), city, state, country, code) for name, city, state, country, code in _NAMES)
YEN_CLIENT = "山田デザイン事務所"
FOREIGN_CLIENTS = frozenset(client.name for client in CLIENTS if client.country != "US")


@dataclass(frozen=True, slots=True)
class Ware:
    """Something that the studio's shop sells over the counter.

    ``variations`` are names with prices in cents; ``stock`` is what a delivery brings, None where nobody counts.
    """

    category: str
    name: str
    variations: tuple[tuple[str, int], ...]
    stock: int | None


SHOP_NAME = "Harbour Studio Shop"
STALL_NAME = "Weekend Market Stall"
OLD_SHOP_NAME = "Old Pier Workshop"

WARES = (
    Ware("Paper", "Notebook", (("Small", 1200), ("Large", 1900)), 60),
    Ware("Paper", "Letterpress card", (("Single", 550), ("Set of six", 2800)), 120),
    Ware("Paper", "Wrapping paper", (("Sheet", 400),), 90),
    Ware("Prints", "Harbour map print", (("A4", 2600), ("A2", 5400), ("Framed A2", 14500)), 25),
    Ware("Prints", "Lighthouse risograph", (("A3", 3200),), 40),
    Ware("Prints", "Postcard", (("Single", 200), ("Ten", 1600)), 300),
    Ware("Wearables", "Tote bag", (("Natural", 2200), ("Navy", 2400)), 50),
    Ware("Wearables", "Enamel pin", (("Anchor", 900), ("Gull", 900)), 80),
    Ware("Tools", "Drafting pencil", (("HB", 350), ("2B", 350)), 150),
    Ware("Tools", "Brass ruler", (("Regular", 3100),), 20),
    Ware("Counter", "Coffee", (("Cup", 375), ("Refill", 150)), None),
    Ware("Counter", "Photocopy", (("Page", 25),), None),
    Ware("Workshops", "Print workshop", (("Evening", 6500), ("Saturday", 18400)), None),
)

PLANS = (("Print of the month", 2900), ("Studio membership", 6500), ("Paper box", 1800))
"""Subscriptions that the shop sells: name and price in cents a month."""


@dataclass(frozen=True, slots=True)
class Regular:
    """Somebody whom the shop knows. Those with a ``company`` of ``CLIENTS`` are clients of the studio too."""

    given_name: str | None
    family_name: str | None
    company: str | None
    email: str | None
    phone: str | None = None


def _regular(name: str, number: int) -> Regular:
    given, family = name.split()
    email = None if number % 7 == 6 else f"{given}.{family}@post.example".lower()
    phone = f"+1617555{1200 + number}" if number % 3 == 0 else None
    return Regular(given, family, None, email, phone)


_PEOPLE = (
    "Ada Whitcomb",
    "Ben Okafor",
    "Clara Sousa",
    "Dmitri Volkov",
    "Elena Marsh",
    "Farid Nasser",
    "Greta Lindqvist",
    "Hugo Tanaka",
    "Iris Byrne",
    "Jonas Keller",
    "Katya Romano",
    "Liam Forsyth",
    "Mina Petrova",
    "Nora Eklund",
    "Owen Carver",
    "Priya Raman",
    "Quinn Abbott",
    "Rosa Delgado",
    "Samir Haddad",
    "Tess Holloway",
    "Umar Siddiqui",
    "Vera Novak",
    "Will Hargrove",
    "Xenia Pappas",
    "Yusuf Demir",
    "Zoe Lambert",
    "Anders Holm",
    "Bianca Ferri",
    "Cormac Doyle",
    "Daphne Wu",
    "Emil Sørensen",
    "Fiona Grady",
)

REGULARS = (
    # By the e-mail address that the studio has too.
    Regular("Marta", "Oakes", "Anchor & Oak Furniture", "office@anchoroakfurniture.example"),
    Regular("Paul", "Bird", "Bluebird Bakery", "office@bluebirdbakery.example"),
    Regular(None, None, "Lantern Books", "Office@LanternBookshop.example"),
    Regular("Jun", "Ito", None, "office@juniperskincare.example"),
    # By the telephone number of the studio's walk-in client.
    Regular("Wally", "Kinn", None, None, "+16175550142"),
    # By the name, written in another case.
    Regular(None, None, "ELM ROW TUTORING", None),
    Regular(None, None, "quill & compass travel", None, "+16175551999"),
    Regular(None, None, "Fogarty's boatyard", None),
    *(_regular(name, number) for number, name in enumerate(_PEOPLE)),
)
