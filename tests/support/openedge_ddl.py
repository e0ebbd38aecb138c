"""SQL that makes and alters tables, for the look-alike of OpenEdge. Its metaschema knows only of what
comes as text of schema dumps, so this is what such statements become; all others are the store's."""

import re

TOKEN = re.compile(r"""\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[(),;]|[^\s(),;"']+)""")
DEFINITIONS = re.compile(r"\s*(CREATE|ALTER|DROP)\s", re.I)
TYPES = {
    "bigint": "int64", "blob": "blob", "boolean": "logical", "clob": "clob", "date": "date",
    "decimal": "decimal", "double": "double", "int": "integer", "integer": "integer",
    "real": "real", "time": "time", "timestamp": "datetime", "varchar": "character"}


def run(server, statement):
    """Rows of the last query. Statements that define something stand among their own kind."""
    if not DEFINITIONS.match(statement):
        return server.sql(statement)
    for text in split(statement):
        define(server, text)
    return []


def split(statements):
    """At semicolons outside of quotes."""
    starts = [0] + [match.end() for match in TOKEN.finditer(statements) if match.group(1) == ";"]
    pieces = [statements[start:end].strip(" ;\n")
              for start, end in zip(starts, starts[1:] + [len(statements)])]
    return [piece for piece in pieces if piece]


def define(server, statement):
    tokens = Tokens(statement)
    verb = tokens.next().upper()
    if verb == "CREATE" and tokens.take("view"):
        server.view(tokens.name(), re.split(r"\sAS\s", statement, maxsplit=1, flags=re.I)[1])
    elif verb == "CREATE" and tokens.take("table"):
        server.df("\n".join(table(tokens)))
    elif verb == "CREATE":
        server.df("\n".join(created_index(tokens)))
    elif verb == "DROP":
        tokens.expect("table")
        server.df("DROP TABLE " + quoted(tokens.name()))
    else:
        tokens.expect("table")
        server.df("\n".join(altered(tokens)))


class Tokens:
    def __init__(self, statement):
        self.left = TOKEN.findall(statement)

    def next(self):
        return self.left.pop(0)

    def take(self, word):
        """Whether the next one is this, which is left behind then."""
        found = bool(self.left) and self.left[0].lower() == word
        return found and bool(self.left.pop(0))

    def expect(self, word):
        assert self.take(word), "%s is not understood before %s" % (word, self.left[:3])

    def name(self):
        token = self.next()
        return token[1:-1].replace('""', '"') if token.startswith('"') else token

    def names(self):
        """In brackets."""
        self.expect("(")
        found = [self.name()]
        while self.take(","):
            found.append(self.name())
        self.expect(")")
        return found

    def type(self):
        """A word, and the numbers behind it."""
        word = self.next().lower()
        numbers = self.names() if self.left and self.left[0] == "(" else []
        return TYPES[word], numbers


def quoted(name):
    return '"%s"' % name.replace('"', '""')


def field(table_name, name, kind, numbers, is_mandatory):
    lines = ["ADD FIELD %s OF %s AS %s" % (quoted(name), quoted(table_name), kind)]
    if kind in ("character", "decimal") and numbers:
        lines.append("MAX-WIDTH " + numbers[0])
    if kind == "decimal":
        lines.append("DECIMALS " + (numbers + ["0"])[1])
    return lines + (["MANDATORY"] if is_mandatory else [])


def index(table_name, name, columns, is_unique=True, is_primary=False):
    lines = ["ADD INDEX %s ON %s" % (quoted(name), quoted(table_name))]
    lines += ["UNIQUE"] if is_unique else []
    lines += ["PRIMARY"] if is_primary else []
    return lines + ["INDEX-FIELD %s ASCENDING" % quoted(column) for column in columns]


def column(tokens):
    """Its name, type, numbers, and whether it is mandatory, unique by itself, or the whole key."""
    name, (kind, numbers) = tokens.name(), tokens.type()
    is_mandatory = is_unique = is_key = False
    while tokens.left and tokens.left[0] not in (",", ")"):
        if tokens.take("not"):
            tokens.expect("null")
            is_mandatory = True
        elif tokens.take("primary"):
            tokens.expect("key")
            is_key = True
        else:
            tokens.expect("unique")
            is_unique = True
    return name, kind, numbers, is_mandatory, is_unique, is_key


def table(tokens):
    """The primary key comes first among the indexes; the first of them is the primary one."""
    name, columns, keys = tokens.name(), [], []
    tokens.expect("(")
    while not columns or tokens.take(","):
        if tokens.take("primary"):
            tokens.expect("key")
            keys.insert(0, tokens.names())
        elif tokens.take("unique"):
            keys.append(tokens.names())
        else:
            *found, is_unique, is_key = column(tokens)
            columns.append(found)
            if is_unique or is_key:
                keys.insert(0 if is_key else len(keys), [found[0]])
    tokens.expect(")")
    lines = ["ADD TABLE " + quoted(name)]
    for one in columns:
        lines += field(name, *one)
    for number, key in enumerate(keys):
        lines += index(name, "key%d" % number, key, is_primary=number == 0)
    return lines


def created_index(tokens):
    is_unique = tokens.take("unique")
    tokens.expect("index")
    name = tokens.name()
    tokens.expect("on")
    return index(tokens.name(), name, tokens.names(), is_unique)


def altered(tokens):
    name = tokens.name()
    if tokens.take("drop"):
        tokens.expect("column")
        return ["DROP FIELD %s OF %s" % (quoted(tokens.name()), quoted(name))]
    tokens.expect("add")
    tokens.expect("column")
    return field(name, *column(tokens)[:4])
