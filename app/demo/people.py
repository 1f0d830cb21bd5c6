"""The people of the demo workspace: sixty who never lived, from wherever people live.

One line a person. Their emails end in ``.example``, a domain that is kept free for such uses, so no
letter can reach anybody.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    city: str
    region: str | None
    country: str
    country_code: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Person:
    """``login`` is the part of the email before the @; ``company`` gives the rest. ``plan`` is none but for users."""

    name: str | None
    login: str | None
    company: str | None
    place: str
    browser: str
    plan: str | None = None


PLACES: Final = {
    "Accra": Place("Accra", "Greater Accra", "Ghana", "GH", "Africa/Accra"),
    "Amsterdam": Place("Amsterdam", "North Holland", "Netherlands", "NL", "Europe/Amsterdam"),
    "Athens": Place("Athens", "Attica", "Greece", "GR", "Europe/Athens"),
    "Auckland": Place("Auckland", "Auckland", "New Zealand", "NZ", "Pacific/Auckland"),
    "Bengaluru": Place("Bengaluru", "Karnataka", "India", "IN", "Asia/Kolkata"),
    "Berlin": Place("Berlin", None, "Germany", "DE", "Europe/Berlin"),
    "Bogotá": Place("Bogotá", None, "Colombia", "CO", "America/Bogota"),
    "Cairo": Place("Cairo", "Cairo", "Egypt", "EG", "Africa/Cairo"),
    "Chicago": Place("Chicago", "Illinois", "United States", "US", "America/Chicago"),
    "Copenhagen": Place("Copenhagen", "Capital Region", "Denmark", "DK", "Europe/Copenhagen"),
    "Dublin": Place("Dublin", "Leinster", "Ireland", "IE", "Europe/Dublin"),
    "Haifa": Place("Haifa", "Haifa", "Israel", "IL", "Asia/Jerusalem"),
    "Hanoi": Place("Hanoi", None, "Vietnam", "VN", "Asia/Ho_Chi_Minh"),
    "Istanbul": Place("Istanbul", None, "Türkiye", "TR", "Europe/Istanbul"),
    "Jakarta": Place("Jakarta", None, "Indonesia", "ID", "Asia/Jakarta"),
    "Kyiv": Place("Kyiv", None, "Ukraine", "UA", "Europe/Kyiv"),
    "Lagos": Place("Lagos", "Lagos", "Nigeria", "NG", "Africa/Lagos"),
    "Lisbon": Place("Lisbon", None, "Portugal", "PT", "Europe/Lisbon"),
    "London": Place("London", "England", "United Kingdom", "GB", "Europe/London"),
    "Madrid": Place("Madrid", None, "Spain", "ES", "Europe/Madrid"),
    "Manila": Place("Manila", None, "Philippines", "PH", "Asia/Manila"),
    "Mexico City": Place("Mexico City", None, "Mexico", "MX", "America/Mexico_City"),
    "Milan": Place("Milan", "Lombardy", "Italy", "IT", "Europe/Rome"),
    "Montréal": Place("Montréal", "Quebec", "Canada", "CA", "America/Toronto"),
    "Mumbai": Place("Mumbai", "Maharashtra", "India", "IN", "Asia/Kolkata"),
    "Nairobi": Place("Nairobi", None, "Kenya", "KE", "Africa/Nairobi"),
    "New York": Place("New York", "New York", "United States", "US", "America/New_York"),
    "Oslo": Place("Oslo", None, "Norway", "NO", "Europe/Oslo"),
    "Paris": Place("Paris", "Île-de-France", "France", "FR", "Europe/Paris"),
    "Reykjavík": Place("Reykjavík", None, "Iceland", "IS", "Atlantic/Reykjavik"),
    "San Francisco": Place("San Francisco", "California", "United States", "US", "America/Los_Angeles"),
    "São Paulo": Place("São Paulo", "São Paulo", "Brazil", "BR", "America/Sao_Paulo"),
    "Seoul": Place("Seoul", None, "South Korea", "KR", "Asia/Seoul"),
    "Shanghai": Place("Shanghai", None, "China", "CN", "Asia/Shanghai"),
    "Singapore": Place("Singapore", None, "Singapore", "SG", "Asia/Singapore"),
    "Stockholm": Place("Stockholm", None, "Sweden", "SE", "Europe/Stockholm"),
    "Sydney": Place("Sydney", "New South Wales", "Australia", "AU", "Australia/Sydney"),
    "Taipei": Place("Taipei", None, "Taiwan", "TW", "Asia/Taipei"),
    "Tbilisi": Place("Tbilisi", None, "Georgia", "GE", "Asia/Tbilisi"),
    "Tehran": Place("Tehran", None, "Iran", "IR", "Asia/Tehran"),
    "Tokyo": Place("Tokyo", "Tokyo", "Japan", "JP", "Asia/Tokyo"),
    "Warsaw": Place("Warsaw", "Masovia", "Poland", "PL", "Europe/Warsaw"),
    "Yerevan": Place("Yerevan", None, "Armenia", "AM", "Asia/Yerevan"),
}

# What browsers say of themselves, by a short name.
BROWSERS: Final = {
    "chrome": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36",
    "chrome mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36",
    "chrome phone": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36",
    "edge": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    "firefox": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "firefox linux": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "safari": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.0 Safari/605.1.15",
    "safari phone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
}

# Where they were last: address and title.
PAGES: Final = (
    ("https://app.example/", "Home"),
    ("https://app.example/invoices", "Invoices"),
    ("https://app.example/invoices/new", "New invoice"),
    ("https://app.example/customers", "Customers"),
    ("https://app.example/reports/month", "This month"),
    ("https://app.example/settings/team", "Your team"),
    ("https://app.example/pricing", "Pricing"),
)

# The first one is whom the demo page signs in.
USERS: Final = (
    Person("Ada Okonkwo", "ada", "tidewater", "Lagos", "chrome mac", "Business"),
    Person("Joe Bloggs", "joe", "bramble", "London", "chrome", "Team"),
    Person("王伟", "wang.wei", "lantern", "Shanghai", "edge", "Business"),
    Person("MÁRCIA HELENA MAIA DE LIMA", "marcia", "papagaio", "São Paulo", "chrome", "Team"),
    Person("Søren Ågård", "soeren", "fjordlys", "Copenhagen", "firefox", "Team"),
    Person("Prince", "prince", "paisley", "Chicago", "safari", "Free"),
    Person("नेहा शर्मा", "neha", "mangrove", "Mumbai", "chrome phone", "Team"),
    Person("Олена Коваленко", "olena", "kalyna", "Kyiv", "firefox linux", "Business"),
    Person("فاطمة الزهراء", "fatma", "papyrus", "Cairo", "chrome phone", "Free"),
    Person("田中 さくら", "sakura", "kumo", "Tokyo", "safari", "Business"),
    Person("김민준", "minjun", "hangang", "Seoul", "chrome", "Team"),
    Person("Nguyễn Thị Hương", "huong", "sen", "Hanoi", "chrome phone", "Free"),
    Person("Ελένη Παπαδοπούλου", "eleni", "meltemi", "Athens", "firefox", "Team"),
    Person("נועה לוי", "noa", "carmelworks", "Haifa", "safari", "Team"),
    Person("Björk Sigurðardóttir", "bjork", "nordurljos", "Reykjavík", "firefox linux", "Free"),
    Person("Łukasz Wójcik", "lukasz", "bursztyn", "Warsaw", "chrome", "Team"),
    Person("Dr. Amara Mensah", "amara", "kente", "Accra", "edge", "Business"),
    Person("Juan de la Cruz", "juan", "mariposa", "Mexico City", "chrome", "Team"),
    Person("Zoë van der Berg", "zoe", "grachten", "Amsterdam", "chrome mac", "Business"),
    Person("Seán Ó Briain", "sean", "cladach", "Dublin", "firefox", "Free"),
    Person("Defne Yılmaz", "defne", "bogazici", "Istanbul", "chrome", "Team"),
    Person("Priya Raghunathan", "priya", "banyan", "Bengaluru", "chrome mac", "Business"),
    Person("陳怡君", "yichun", "formosa", "Taipei", "safari phone", "Team"),
    Person("Grace Wanjiru Kamau", "grace", "savanna", "Nairobi", "chrome phone", "Free"),
    Person("Émile Tremblay", "emile", "erable", "Montréal", "firefox", "Team"),
    Person("Siti Rahmawati", "siti", "melati", "Jakarta", "chrome phone", "Team"),
    Person("Anahit Sargsyan", "anahit", "ararat", "Yerevan", "chrome", "Free"),
    Person("ნინო ბერიძე", "nino", "vashli", "Tbilisi", "edge", "Free"),
    Person("Aroha Ngata", "aroha", "kowhai", "Auckland", "safari", "Team"),
    Person("Matteo Rossi", "matteo", "bottega", "Milan", "safari phone", "Business"),
    Person("Inês Carvalho", "ines", "azulejo", "Lisbon", "chrome", "Team"),
    Person("Lucía Fernández Ortiz", "lucia", "girasol", "Madrid", "chrome mac", "Team"),
    Person("Camille Dubois", "camille", "lavande", "Paris", "firefox", "Business"),
    Person("Jürgen Groß", "juergen", "kesselhaus", "Berlin", "firefox linux", "Team"),
    Person("Ingrid Solberg", "ingrid", "nordstrand", "Oslo", "edge", "Free"),
    Person("Elsa Lindqvist", "elsa", "lingon", "Stockholm", "chrome", "Team"),
    Person("Maria Santos", "maria", "sampaguita", "Manila", "chrome phone", "Team"),
    Person("Tan Wei Ling", "weiling", "merlion", "Singapore", "chrome mac", "Business"),
    Person("Liam Walker", "liam", "billabong", "Sydney", "chrome", "Free"),
    Person("Valentina Rojas", "valentina", "cafetal", "Bogotá", "chrome phone", "Team"),
    Person("Harper Quinn, PhD", "harper", "fogbank", "San Francisco", "safari", "Business"),
    Person("DeShawn Carter", "deshawn", "hudsonyard", "New York", "chrome", "Team"),
    Person("آرش کاویانی", "arash", "damavand", "Tehran", "firefox", "Free"),
    Person(None, "office", "quietdesk", "Berlin", "edge", "Free"),
)

LEADS: Final = (
    Person("Rosa Delgado", "rosa", "clementina", "Madrid", "chrome"),
    Person("Tomáš Novák", "tomas", "dubina", "Berlin", "firefox"),
    Person("Kwame", "kwame", "sankofa", "Accra", "chrome phone"),
    Person(None, "hello", "driftwood", "Auckland", "safari"),
    Person("李娜", "li.na", "bamboo", "Singapore", "chrome"),
    Person("Olivia Hart", "olivia", "marigold", "London", "safari phone"),
    Person(None, "purchasing", "ironbark", "Sydney", "edge"),
    Person("Bloggs, Joanna", "joanna", "bramble", "London", "chrome mac"),
)

# Visitors have told nothing: they are shown by a pseudonym.
VISITORS: Final = tuple(
    Person(None, None, None, place, browser)
    for place, browser in (
        ("New York", "chrome"),
        ("Tokyo", "safari phone"),
        ("Paris", "firefox"),
        ("São Paulo", "chrome phone"),
        ("Bengaluru", "chrome"),
        ("Nairobi", "chrome phone"),
        ("Stockholm", "firefox linux"),
        ("Mexico City", "edge"),
    )
)
