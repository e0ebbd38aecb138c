#!/usr/bin/python3
"""Makes a SQLite database that looks like the one behind a trading company's ERP system.

    tools/make_sample.py [--rows 200000] [--seed 1] FILE

The same rows and seed always give the same tables, row for row. It needs Python's standard library
only and writes a million rows in about ten seconds. What it holds is what mirrors stumble over:
names with hyphens, a table called "Order" and one called "User", composite keys, keys that are
texts or hold a date, tables without a key and with equal rows, an empty table, NULL beside '' and
blanks, many scripts, texts of a megabyte, decimals, dates, booleans, stamps, pictures, lists of
twelve values in one column.
"""

import argparse
import datetime
import os
import random
import sqlite3
import struct
import sys
import zlib

CHUNK = 50_000
FIRST_DAY = datetime.date(2021, 1, 1)
DAYS = [(FIRST_DAY + datetime.timedelta(n)).isoformat() for n in range(1826)]
LONG_TEXT_BYTES = 1_000_000

FIRST_NAMES = """Anna Björn Chloé Dávid Elif Fátima Goran Hélène Igor Jürgen Katarzyna Łukasz Małgorzata
Nuño Øyvind Pavel Quirin Renée Søren Țepeș Ute Věra Wiebke Xóchitl Yiğit Zoë Αλέξανδρος Ольга 美咲
다은 שרה محمد सरिता""".split()
LAST_NAMES = """Ahlström Brandão Çelik Dvořák Eßer Fernández Groß Hæstad Ivanov Jokūbaitis Kovács Lefèvre
Müller Nguyễn O'Brien Papadopoulos Quist Reuß Šimić Tóth Ünal Vîlcu Wójcik Xu Yılmaz Zieliński
Παπαδόπουλος Иванова 田中 김 לוי العلي शर्मा""".split()
TRADES = """Hardware Timber Ironmongery Bicycles Garden Lighting Paints Textiles Bakery Dairy Optics
Instruments Papier Möbel Quincaillerie Ferretería Утварь 文具 철물""".split()
FORMS = ["Ltd", "GmbH & Co. KG", "S.A.", "AB", "Oy", "s.r.o.", "Kft.", "B.V.", "ООО", "株式会社", "Inc."]
STREETS = """High Street|Gänsemarkt|Rue de l'Église|Plaza Mayor|Karl-Marx-Allee|Vasagatan|ул. Ленина|
本町|Calle Ñandú|Via dell'Umiltà|Os. Słowackiego|İstiklal Caddesi""".replace("\n", "").split("|")
CITIES = """London|Köln|Besançon|A Coruña|Łódź|Malmö|Århus|București|Αθήνα|Київ|大阪|서울|München|
Reykjavík|São Paulo|İzmir|Zürich|Plzeň|Győr|Tórshavn""".replace("\n", "").split("|")
COUNTRIES = [
    ("DE", "Deutschland", "EUR", 1), ("FR", "France", "EUR", 1), ("GB", "United Kingdom", "GBP", 0),
    ("ES", "España", "EUR", 1), ("PL", "Polska", "PLN", 1), ("SE", "Sverige", "SEK", 1),
    ("DK", "Danmark", "DKK", 1), ("GR", "Ελλάδα", "EUR", 1), ("UA", "Україна", "UAH", 0),
    ("JP", "日本", "JPY", 0), ("KR", "대한민국", "KRW", 0), ("CH", "Schweiz", "CHF", 0),
    ("CZ", "Česko", "CZK", 1), ("HU", "Magyarország", "HUF", 1), ("TR", "Türkiye", "TRY", 0),
    ("BR", "Brasil", "BRL", 0), ("IS", "Ísland", "ISK", 0), ("US", "United States", "USD", 0)]
CURRENCIES = sorted({country[2] for country in COUNTRIES})
GOODS = """Hinge Bracket Valve Lamp Chair Kettle Ratchet Spoke Pedal Hose Brush Anvil Étagère Gießkanne
Öse Cañería Śruba Лампа 歯車 나사""".split()
FINISHES = "zinc|brass|matt black|chêne|weiß|nierdzewny|белый|朱色|raw|¼\" galvanised".split("|")
REMARKS = [
    "Deliver to the yard, ring twice.", "Bitte vor 8 Uhr anliefern – Tor 3.", "", " ", None, None,
    "Colis fragile : ne pas empiler", "C:\\import\\batch;7", "Tab\there and a \\N that is no NULL",
    "Two\nlines", "Quote ' and \" and `", "срочно", "至急", "🚚 before noon 👍🏽", "100 % cotton; ~; ?",
    "\\", "NULL", "trailing blanks   "]
STATUSES = ["open", "picked", "shipped", "invoiced", "closed", "cancelled"]
LANGUAGES = ["en", "de", "fr", "pl", "el", "ru", "ja", "ar"]
SENTENCES = [
    "The part is delivered in a box of twelve. ", "Oberfläche gebürstet, Maße in Millimetern. ",
    "À conserver à l'abri de l'humidité. ", "Przechowywać w suchym miejscu. ",
    "Φυλάσσεται σε ξηρό χώρο. ", "Хранить в сухом месте. ", "湿気を避けて保管してください。",
    "يحفظ في مكان جاف. "]

# Table: (columns with their SQL, key, share of the rows or fixed number of rows).
TABLES = {
    "Region": ("Region VARCHAR(16), Region-Name VARCHAR(60)", "Region", 6),
    "Country": ("Country VARCHAR(4), Country-Name VARCHAR(60), Currency VARCHAR(6), Is-EU BIT",
                "Country", len(COUNTRIES)),
    "Currency": ("Currency VARCHAR(6), Decimals INTEGER", "Currency", len(CURRENCIES)),
    "Currency-Rate": ("Currency VARCHAR(6), Rate-Date DATE, Rate DECIMAL(17,6)",
                      "Currency, Rate-Date", 0.01),
    "Tax-Code": ("Tax-Code VARCHAR(8), Rate DECIMAL(7,3), Valid-From DATE", "Tax-Code", 5),
    "Payment-Term": ("Terms VARCHAR(12), Days INTEGER, Discount% DECIMAL(7,2)", "Terms", 6),
    "Department": ("Dept-Code VARCHAR(6), Dept-Name VARCHAR(40)", "Dept-Code", 8),
    "Employee": ("Emp-Num INTEGER, Last-Name VARCHAR(50), First-Name VARCHAR(30),"
                 " Dept-Code VARCHAR(6), Birth-Date DATE, Start-Date DATE, Salary DECIMAL(17,2),"
                 " Is-Active BIT, Photo BLOB", "Emp-Num", 0.0005),
    "Time-Sheet": ("Emp-Num INTEGER, Day DATE, Type VARCHAR(12), Regular-Hours DECIMAL(5,2),"
                   " Overtime DECIMAL(5,2)", "Emp-Num, Day", 0.03),
    "Absence": ("Emp-Num INTEGER, Start-Date DATE, End-Date DATE", "Emp-Num, Start-Date", 0.002),
    "Sales-Rep": ("Rep-Code VARCHAR(8), Rep-Name VARCHAR(60), Region VARCHAR(16),"
                  " Month-Quota VARCHAR(264)", "Rep-Code", 24),
    "User": ("User VARCHAR(32), Full-Name VARCHAR(80), Last-Login TIMESTAMP, Locked BIT",
             "User", 40),
    "Customer": ("Cust-Num INTEGER, Name VARCHAR(60), Address VARCHAR(70), Address2 VARCHAR(70),"
                 " City VARCHAR(50), Postal-Code VARCHAR(20), Country VARCHAR(4), Phone VARCHAR(40),"
                 " Rep-Code VARCHAR(8), Credit-Limit DECIMAL(17,2), Balance DECIMAL(17,2),"
                 " Terms VARCHAR(12), Comments VARCHAR(2000), Created TIMESTAMP, Changed TIMESTAMP",
                 "Cust-Num", 0.01),
    "Customer-Contact": ("Cust-Num INTEGER, Contact-Num INTEGER, Name VARCHAR(80),"
                         " E-Mail VARCHAR(120), Phone VARCHAR(40), Newsletter BIT",
                         "Cust-Num, Contact-Num", 0.02),
    "Ship-To": ("Cust-Num INTEGER, Ship-To-Num INTEGER, Name VARCHAR(60), Street VARCHAR(70),"
                " City VARCHAR(50), Country VARCHAR(4)", "Cust-Num, Ship-To-Num", 0.015),
    "Supplier": ("Supplier-Num INTEGER, Name VARCHAR(60), City VARCHAR(50), Country VARCHAR(4),"
                 " Rating INTEGER, Comments VARCHAR(2000)", "Supplier-Num", 0.001),
    "Item-Group": ("Group-Code VARCHAR(10), Group-Name VARCHAR(60), Parent VARCHAR(10)",
                   "Group-Code", 30),
    "Item": ("Item-Num INTEGER, Item-Name VARCHAR(80), Group-Code VARCHAR(10), Price DECIMAL(17,2),"
             " Weight DECIMAL(17,4), On-Hand INTEGER, Discontinued BIT, Introduced DATE,"
             " Picture BLOB", "Item-Num", 0.01),
    "Item-Text": ("Item-Num INTEGER, Language VARCHAR(2), Text CLOB", "Item-Num, Language", 0.012),
    "Item-Supplier": ("Item-Num INTEGER, Supplier-Num INTEGER, Their-Number VARCHAR(30),"
                      " Price DECIMAL(17,4), Lead-Days INTEGER", "Item-Num, Supplier-Num", 0.015),
    "Price-List": ("List-Code VARCHAR(8), Item-Num INTEGER, Valid-From DATE, Price DECIMAL(17,4)",
                   "List-Code, Item-Num, Valid-From", 0.03),
    "Warehouse": ("Warehouse-Num INTEGER, Name VARCHAR(60), City VARCHAR(50), Country VARCHAR(4)",
                  "Warehouse-Num", 9),
    "Bin": ("Warehouse-Num INTEGER, Bin-Num INTEGER, Bin-Name VARCHAR(20)",
            "Warehouse-Num, Bin-Num", 0.003),
    "Stock": ("Warehouse-Num INTEGER, Bin-Num INTEGER, Item-Num INTEGER, Qty INTEGER,"
              " Counted TIMESTAMP", "Warehouse-Num, Bin-Num, Item-Num", 0.02),
    "Stock-Move": ("Item-Num INTEGER, Warehouse-Num INTEGER, Bin-Num INTEGER, Qty INTEGER,"
                   " Move-Date DATE, Move-Time VARCHAR(8), Move-Type VARCHAR(12), Order-Num INTEGER",
                   "", 0.12),
    "Order": ("Order-Num INTEGER, Cust-Num INTEGER, Order-Date DATE, Ship-Date DATE,"
              " Promise-Date DATE, Carrier VARCHAR(40), Instructions VARCHAR(200), Terms VARCHAR(12),"
              " Rep-Code VARCHAR(8), Order-Status VARCHAR(12), Is-Export BIT, Changed TIMESTAMP",
              "Order-Num", 0.125),
    "Order-Line": ("Order-Num INTEGER, Line-Num INTEGER, Item-Num INTEGER, Price DECIMAL(17,2),"
                   " Qty INTEGER, Discount% DECIMAL(7,2), Extended-Price DECIMAL(17,2),"
                   " Line-Status VARCHAR(12)", "Order-Num, Line-Num", 0.30),
    "Order-Note": ("Order-Num INTEGER, Note VARCHAR(4000)", "", 0.01),
    "Invoice": ("Invoice-Num INTEGER, Cust-Num INTEGER, Order-Num INTEGER, Invoice-Date DATE,"
                " Amount DECIMAL(17,2), Tax DECIMAL(17,2), Total-Paid DECIMAL(17,2), Printed BIT",
                "Invoice-Num", 0.06),
    "Invoice-Line": ("Invoice-Num INTEGER, Line-Num INTEGER, Text VARCHAR(80),"
                     " Amount DECIMAL(17,2), Tax-Code VARCHAR(8)", "Invoice-Num, Line-Num", 0.06),
    "Payment": ("Payment-Num INTEGER, Invoice-Num INTEGER, Paid-On DATE, Amount DECIMAL(17,2),"
                " Reference VARCHAR(40)", "Payment-Num", 0.04),
    "Purchase-Order": ("PO-Num INTEGER, Supplier-Num INTEGER, Entered DATE, Received DATE,"
                       " PO-Status VARCHAR(12)", "PO-Num", 0.006),
    "Purchase-Line": ("PO-Num INTEGER, Line-Num INTEGER, Item-Num INTEGER, Qty INTEGER,"
                      " Price DECIMAL(17,4)", "PO-Num, Line-Num", 0.018),
    "Audit-Log": ("At TIMESTAMP, User VARCHAR(32), Table-Name VARCHAR(32), Action VARCHAR(8),"
                  " Detail VARCHAR(200)", "", 0.03),
    "Setting": ("Key VARCHAR(60), Value VARCHAR(400)", "Key", 25),
    "Year-End-Closing": ("Closing-Year INTEGER, Closed-By VARCHAR(32), Closed-At TIMESTAMP",
                         "Closing-Year", 0),
}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def table_sql(name):
    columns, key, _ = TABLES[name]
    parts = []
    for column in split_columns(columns):
        column_name, type_name = column.rsplit(" ", 1)
        parts.append("%s %s" % (quoted(column_name), type_name))
    if key:
        parts.append("PRIMARY KEY (%s)" % ", ".join(quoted(k) for k in key.split(", ")))
    return "CREATE TABLE %s (%s)" % (quoted(name), ", ".join(parts))


def split_columns(columns):
    """Splits at the commas between columns, not at those inside DECIMAL(17,2)."""
    parts, depth = [""], 0
    for char in columns:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def row_counts(rows):
    fixed = sum(size for _, _, size in TABLES.values() if isinstance(size, int))
    shares = {name: size for name, (_, _, size) in TABLES.items() if isinstance(size, float)}
    rest = max(rows - fixed, 200)
    counts = {name: size for name, (_, _, size) in TABLES.items() if isinstance(size, int)}
    for name, share in shares.items():
        counts[name] = max(int(rest * share / sum(shares.values())), 4)
    counts["Order-Line"] += max(rows - sum(counts.values()), 0)
    return counts


def picture(rng, side):
    """A valid PNG of side x side pixels, so that a BLOB is something a person can open."""
    raw = b"".join(b"\0" + rng.randbytes(side * 3) for _ in range(side))

    def part(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(
            ">I", zlib.crc32(kind + body))

    return (b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + part(b"IDAT", zlib.compress(raw, 1)) + part(b"IEND", b""))


class Maker:
    """Makes the rows of each table, a chunk of consecutive row numbers at a time."""

    def __init__(self, counts, seed):
        self.counts = counts
        self.rng = random.Random(seed)
        self.pictures = [picture(self.rng, side) for side in (4, 8, 16, 24)]
        self.people = [first + " " + last for first in FIRST_NAMES for last in LAST_NAMES]
        self.companies = ["%s %s %s" % (last, trade, form)
                          for last in LAST_NAMES for trade in TRADES for form in FORMS]
        self.streets = ["%s %d" % (street, number) for street in STREETS for number in range(1, 80)]
        self.goods = ["%s %s %d" % (good, finish, size)
                      for good in GOODS for finish in FINISHES for size in range(2, 40, 3)]
        self.times = ["%02d:%02d:%02d" % (h, m, s)
                      for h in range(6, 20) for m in range(0, 60, 7) for s in (0, 17, 43)]
        self.reps = ["R%02d" % n for n in range(24)]
        self.users = ["user%02d" % n for n in range(40)]

    # Columns: lists as long as `n`.
    def pick(self, pool, n):
        return self.rng.choices(pool, k=n)

    def whole(self, low, high, n):
        value, span = self.rng.random, high - low + 1
        return [low + int(value() * span) for _ in range(n)]

    def money(self, limit, n, scale=2):
        value, unit = self.rng.random, 10 ** scale
        return [int(value() * limit * unit) / unit for _ in range(n)]

    def flags(self, share, n):
        value = self.rng.random
        return [1 if value() < share else 0 for _ in range(n)]

    def maybe(self, share, values):
        value = self.rng.random
        return [v if value() < share else None for v in values]

    def stamps(self, n):
        # Fractions with and without trailing zeros, and none at all.
        tails = ["", ".5", ".25", ".125", ".007", ".999"]
        return ["%s %s%s" % stamp
                for stamp in zip(self.pick(DAYS, n), self.pick(self.times, n), self.pick(tails, n))]

    def day_of(self, i, count):
        return DAYS[i * len(DAYS) // max(count, 1)]

    def some(self, table, n):
        """References to rows of a table numbered from 1."""
        return self.whole(1, max(self.counts[table], 1), n)

    def rows(self, name, start, n):
        make = getattr(self, "make_" + name.lower().replace("-", "_"))
        return make(range(start, start + n), n)

    def make_region(self, ids, n):
        names = ["North", "South – Süd", "East", "West/Ouest", "Ισπανία", "Overseas"]
        return [("REG%d" % i, names[i]) for i in ids]

    def make_country(self, ids, n):
        return [COUNTRIES[i] for i in ids]

    def make_currency(self, ids, n):
        return [(CURRENCIES[i], 0 if CURRENCIES[i] in ("JPY", "KRW", "ISK") else 2) for i in ids]

    def make_currency_rate(self, ids, n):
        # One row a currency and day; days beyond the calendar go on backwards in time.
        def day(i):
            return (FIRST_DAY + datetime.timedelta(1825 - i // len(CURRENCIES))).isoformat()
        return zip([CURRENCIES[i % len(CURRENCIES)] for i in ids], map(day, ids),
                   self.money(180, n, 6))

    def make_tax_code(self, ids, n):
        rates = [0, 7, 19, 5.5, 20.125]
        return [("TAX%d" % i, rates[i], "1999-12-31") for i in ids]

    def make_payment_term(self, ids, n):
        return [("NET%d" % (i * 10), i * 10, i / 2) for i in ids]

    def make_department(self, ids, n):
        names = ["Sales", "Verkauf", "Achats", "Lager", "Księgowość", "Забезпечення", "人事", "IT"]
        return [("D%03d" % i, names[i]) for i in ids]

    def make_employee(self, ids, n):
        return zip([i + 1 for i in ids], self.pick(LAST_NAMES, n), self.pick(FIRST_NAMES, n),
                   self.pick(["D%03d" % d for d in range(8)], n),
                   self.maybe(0.9, ["%d-%02d-%02d" % d for d in zip(
                       self.whole(1899, 2004, n), self.whole(1, 12, n), self.whole(1, 28, n))]),
                   self.pick(DAYS, n), self.money(9000, n), self.flags(0.9, n),
                   self.maybe(0.5, self.pick(self.pictures, n)))

    def make_time_sheet(self, ids, n):
        staff = self.counts["Employee"]
        return zip([i % staff + 1 for i in ids],
                   [(FIRST_DAY + datetime.timedelta(i // staff)).isoformat() for i in ids],
                   self.pick(["office", "field", "home", None], n),
                   self.pick([8, 7.5, 4, 0, 7.75], n), self.pick([0, 0, 0, 0.25, 1.5], n))

    def make_absence(self, ids, n):
        staff = self.counts["Employee"]
        starts = [FIRST_DAY + datetime.timedelta(i // staff * 20) for i in ids]
        return zip([i % staff + 1 for i in ids], [day.isoformat() for day in starts],
                   self.maybe(0.95, [(day + datetime.timedelta(12)).isoformat() for day in starts]))

    def make_sales_rep(self, ids, n):
        # A column of twelve elements as one text; a bare ? is an element without a value.
        quota = [";".join("?" if month == i % 13 else str(1000 * (month + i)) for month in range(12))
                 for i in ids]
        return zip(self.reps, self.pick(self.people, n), self.pick(["REG%d" % r for r in range(6)], n),
                   quota)

    def make_user(self, ids, n):
        return zip(self.users, self.pick(self.people, n), self.maybe(0.8, self.stamps(n)),
                   self.flags(0.1, n))

    def make_customer(self, ids, n):
        return zip([i + 1 for i in ids], self.pick(self.companies, n), self.pick(self.streets, n),
                   self.maybe(0.3, self.pick(["2nd floor", "Hinterhaus", "Bât. C", ""], n)),
                   self.pick(CITIES, n), ["%05d" % z for z in self.whole(0, 99999, n)],
                   self.pick([c[0] for c in COUNTRIES], n),
                   self.maybe(0.9, ["+%d (0) %d" % p for p in zip(
                       self.whole(1, 99, n), self.whole(10000, 9999999, n))]),
                   self.pick(self.reps, n), self.money(100000, n),
                   self.pick([-5000, -0.01, 0, 0.01, 7345.67, 93765.4, 123456789012.34], n),
                   self.pick(["NET%d" % (t * 10) for t in range(6)], n), self.pick(REMARKS, n),
                   self.stamps(n), self.maybe(0.7, self.stamps(n)))

    def make_customer_contact(self, ids, n):
        customers = self.counts["Customer"]
        return zip([i % customers + 1 for i in ids], [i // customers + 1 for i in ids],
                   self.pick(self.people, n),
                   self.maybe(0.8, ["contact%d@example.com" % i for i in ids]),
                   self.maybe(0.6, ["%08d" % p for p in self.whole(0, 99999999, n)]),
                   self.flags(0.4, n))

    def make_ship_to(self, ids, n):
        customers = self.counts["Customer"]
        return zip([i % customers + 1 for i in ids], [i // customers + 1 for i in ids],
                   self.pick(self.companies, n), self.pick(self.streets, n), self.pick(CITIES, n),
                   self.pick([c[0] for c in COUNTRIES], n))

    def make_supplier(self, ids, n):
        return zip([i + 1 for i in ids], self.pick(self.companies, n), self.pick(CITIES, n),
                   self.pick([c[0] for c in COUNTRIES], n), self.pick([None, 1, 2, 3, -1], n),
                   self.pick(REMARKS, n))

    def make_item_group(self, ids, n):
        return [("G%02d" % i, GOODS[i % len(GOODS)] + "-Gruppe", None if i < 5 else "G%02d" % (i // 6))
                for i in ids]

    def make_item(self, ids, n):
        return zip([i + 1 for i in ids], self.pick(self.goods, n),
                   self.pick(["G%02d" % g for g in range(30)], n), self.money(900, n),
                   self.money(40, n, 4), self.whole(-20, 5000, n), self.flags(0.05, n),
                   self.pick(DAYS, n), self.maybe(0.1, self.pick(self.pictures, n)))

    def make_item_text(self, ids, n):
        texts = [SENTENCES[i % 8] * (1 + i * 7 % 40) for i in ids]
        if ids[0] == 0:  # the first two are as long as a column of an ERP ever gets
            texts[0] = (SENTENCES[6] * (LONG_TEXT_BYTES // 40))[:LONG_TEXT_BYTES // 3]
            texts[1] = (SENTENCES[0] * (LONG_TEXT_BYTES // 30))[:LONG_TEXT_BYTES]
        return zip([i // 8 + 1 for i in ids], [LANGUAGES[i % 8] for i in ids], texts)

    def make_item_supplier(self, ids, n):
        items = self.counts["Item"]
        return zip([i % items + 1 for i in ids], [i // items + 1 for i in ids],
                   ["%d/%s" % (i, "äÖß"[i % 3]) for i in ids], self.money(900, n, 4),
                   self.pick([None, 1, 5, 30], n))

    def make_price_list(self, ids, n):
        items = self.counts["Item"]
        return zip(["LIST%d" % (i // items % 3) for i in ids], [i % items + 1 for i in ids],
                   ["%d-01-01" % (2000 + i // items // 3) for i in ids], self.money(900, n, 4))

    def make_warehouse(self, ids, n):
        return zip([i + 1 for i in ids], ["Depot %s" % CITIES[i] for i in ids],
                   [CITIES[i] for i in ids], self.pick([c[0] for c in COUNTRIES], n))

    def make_bin(self, ids, n):
        return [(i % 9 + 1, i // 9 + 1, "%s-%03d" % ("ABCDEF"[i % 6], i // 9)) for i in ids]

    def make_stock(self, ids, n):
        bins = self.counts["Bin"] // 9 + 1
        return zip([i % 9 + 1 for i in ids], [i // 9 % bins + 1 for i in ids],
                   [i // 9 // bins + 1 for i in ids], self.whole(0, 900, n),
                   self.maybe(0.6, self.stamps(n)))

    def make_stock_move(self, ids, n):
        return zip(self.some("Item", n), self.whole(1, 9, n),
                   self.maybe(0.9, self.whole(1, 40, n)), self.whole(-50, 50, n),
                   [self.day_of(i, self.counts["Stock-Move"]) for i in ids],
                   self.pick(self.times, n), self.pick(["in", "out", "count", "correct"], n),
                   self.maybe(0.7, self.some("Order", n)))

    def make_order(self, ids, n):
        count = self.counts["Order"]
        days = [i * (len(DAYS) - 30) // count for i in ids]
        shipped = self.flags(0.85, n)
        return zip([i + 1 for i in ids], self.some("Customer", n), [DAYS[d] for d in days],
                   [DAYS[d + 3] if s else None for d, s in zip(days, shipped)],
                   [DAYS[d + 7] for d in days],
                   self.pick(["Post", "Spedition Weiß", "DHL", "Транс", None], n),
                   self.pick(REMARKS, n), self.pick(["NET%d" % (t * 10) for t in range(6)], n),
                   self.pick(self.reps, n),
                   [self.pick(STATUSES[2:], 1)[0] if s else "open" for s in shipped],
                   self.flags(0.3, n), self.stamps(n))

    def make_order_line(self, ids, n):
        # Five orders have 1, 2, 3, 4 and 2 lines, over and over.
        order = (0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4)
        line = (1, 1, 2, 1, 2, 3, 1, 2, 3, 4, 1, 2)
        cents = self.whole(50, 90000, n)
        quantity = self.whole(1, 40, n)
        discount = self.pick((0, 0, 0, 5, 12.5), n)
        total = [round(c * q * (100 - d) / 100) / 100
                 for c, q, d in zip(cents, quantity, discount)]
        return zip([i // 12 * 5 + order[i % 12] + 1 for i in ids], [line[i % 12] for i in ids],
                   self.some("Item", n), [c / 100 for c in cents], quantity, discount, total,
                   self.pick(STATUSES, n))

    def make_order_note(self, ids, n):
        notes = [remark if remark is None else remark * (1 + i * 13 % 50)
                 for i, remark in zip(ids, self.pick(REMARKS, n))]
        return zip(self.maybe(0.95, self.some("Order", n)), notes)

    def make_invoice(self, ids, n):
        amounts = self.money(20000, n)
        return zip([i + 1 for i in ids], self.some("Customer", n), self.some("Order", n),
                   [self.day_of(i, self.counts["Invoice"]) for i in ids], amounts,
                   [round(a * 19) / 100 for a in amounts],
                   [a if i % 9 else 0 for i, a in zip(ids, amounts)], self.flags(0.97, n))

    def make_invoice_line(self, ids, n):
        return zip([i + 1 for i in ids], [1] * n, self.pick(self.goods, n), self.money(20000, n),
                   self.pick(["TAX%d" % t for t in range(5)], n))

    def make_payment(self, ids, n):
        return zip([i + 1 for i in ids], self.some("Invoice", n), self.pick(DAYS, n),
                   self.money(20000, n), self.maybe(0.9, ["RF%010d" % (i * 97) for i in ids]))

    def make_purchase_order(self, ids, n):
        return zip([i + 1 for i in ids], self.some("Supplier", n), self.pick(DAYS, n),
                   self.maybe(0.8, self.pick(DAYS, n)), self.pick(STATUSES, n))

    def make_purchase_line(self, ids, n):
        return zip([i // 3 + 1 for i in ids], [i % 3 + 1 for i in ids], self.some("Item", n),
                   self.whole(1, 999, n), self.money(800, n, 4))

    def make_audit_log(self, ids, n):
        # Few different values: equal rows are wanted here.
        return zip(self.pick(self.stamps(50), n), self.pick(self.users[:3], n),
                   self.pick(["Order", "Customer", "Item"], n), self.pick(["read", "write"], n),
                   self.pick([None, "", "übernommen"], n))

    def make_setting(self, ids, n):
        values = [value for value in REMARKS if value] + ["1", "yes", "?", "1E+3", "0.10", "-0"]
        return [("app.%02d.größe" % i, values[i % len(values)]) for i in ids]


def make_sample(path, rows, seed):
    counts = row_counts(rows)
    maker = Maker(counts, seed)
    if os.path.exists(path):
        os.remove(path)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute("BEGIN")
    for name in TABLES:
        database.execute(table_sql(name))
        marks = ", ".join("?" * len(split_columns(TABLES[name][0])))
        insert = "INSERT INTO %s VALUES (%s)" % (quoted(name), marks)
        for start in range(0, counts[name], CHUNK):
            database.executemany(insert, maker.rows(name, start, min(CHUNK, counts[name] - start)))
    database.execute('CREATE UNIQUE INDEX "Order.Cust-Order" ON "Order" ("Cust-Num", "Order-Num")')
    database.execute("COMMIT")
    database.close()
    return counts


def main():
    parser = argparse.ArgumentParser(description="Makes an ERP-shaped SQLite database.")
    parser.add_argument("file", help="replaced if it exists")
    parser.add_argument("--rows", type=int, default=200_000, help="in all tables together")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    counts = make_sample(arguments.file, arguments.rows, arguments.seed)
    print("%s: %d tables, %d rows, %.1f MB" % (arguments.file, len(counts), sum(counts.values()),
                                               os.path.getsize(arguments.file) / 1e6))
    return 0


if __name__ == "__main__":
    sys.exit(main())
