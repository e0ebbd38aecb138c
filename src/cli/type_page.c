#include "cli/type_page.h"

#include "target/type.h"

static const char head[] =
    "# Types of a mirror\n\n"
    "`mirror_settings.column_types` says what new tables and columns are made of. With `text`, "
    "the\n"
    "default, every column is TEXT, in which every value has a place. With `native` a column has "
    "the type\n"
    "that is nearest to the source's, as below. `oe2pg plan` shows the CREATE TABLE statements to "
    "come.\n\n"
    "The two are equal in all else: what PostgreSQL prints for a native value is the text that the "
    "other\n"
    "mirror would hold, so that digests, keys and `verify` are the same. One thing is different: a "
    "stamp\n"
    "with an offset is TEXT with that offset, or a `timestamptz`, which is the instant.\n\n"
    "Tables and columns that are there keep their types, whatever the setting says later; oe2pg "
    "goes by\n"
    "what the columns are, so a person may alter one: `ALTER TABLE ... ALTER COLUMN ... TYPE text` "
    "makes\n"
    "room for what did not fit, and the next run fills it in. To have a whole mirror in the other "
    "types,\n"
    "give it another schema (`postgres_db.schema`): that is a second mirror, and the first one "
    "stays.\n\n"
    "A value that its column's type does not hold as it is becomes NULL in the mirror, and is "
    "whole in\n"
    "`oe2pg.quarantine` with the reason `does_not_fit`: counted, told once, and the same in every "
    "run. It\n"
    "costs no row and no table. Nothing is rounded, shortened or guessed. `oe2pg plan` names the "
    "column, and the\n"
    "statement that makes room for what is in quarantine. One type is changed by oe2pg itself: "
    "where the source\n"
    "declares other digits for a number, its `numeric(p,s)` becomes `numeric`, which rewrites "
    "nothing; if a view\n"
    "is on the column that is not done, and the column is left out and told of until its type "
    "holds its values.\n\n"
    "| type | what becomes one | what does not fit |\n"
    "|---|---|---|\n";

static const char tail[] =
    "\nA source's type is `text` where no PostgreSQL type prints each of its values as the source "
    "does:\n"
    "MariaDB's TIME (up to 838 hours), INET, ENUM and SET, intervals, money, bit strings, arrays, "
    "and the\n"
    "dates and times of SQLite, which has none: any text may stand in such a column. So are times "
    "that\n"
    "H2 was told to keep with more than 6 decimals; other drivers say that of any, and what really "
    "has\n"
    "more does not fit.\n\n"
    "## Views with native types over a mirror of text\n\n"
    "`\"typed_views\": \"SCHEMA\"` (in `mirror_settings`) keeps a view of each mirrored table in "
    "another "
    "schema, under\n"
    "the table's name: its text columns have the types above, and a value that is none of its type "
    "is NULL there,\n"
    "whole in the table, and nowhere counted. Labels and descriptions of the source are the views' "
    "comments. Years\n"
    "beyond 99999 and before 4713 BC are NULL, too; JSON is text before PostgreSQL 16.\n\n"
    "They are made behind the last table of a run, and again where the source's columns or types "
    "are "
    "others; a\n"
    "column that comes or goes changes the view in the transaction that changes the table. A view "
    "keeps "
    "its grants\n"
    "and its name, if somebody renamed it. Where something that people made uses it and it cannot "
    "stay as it is,\n"
    "the log names that, and view and table stay as they are until the next run finds it gone. "
    "What "
    "oe2pg did not\n"
    "make (`oe2pg.typed_view` says what it did) is never replaced or dropped. `forget "
    "--drop-tables` drops the\n"
    "views, too; without the setting they stay, and follow the columns of their tables alone.\n";

void
type_page_print(FILE *out)
{
    (void)fputs(head, out);
    for (size_t i = 0; i < MIRROR_BASE_COUNT; i++)
        (void)fprintf(out, "| `%s` | %s | %s |\n", target_types[i].name, target_types[i].from,
            target_types[i].misfits);
    (void)fputs(tail, out);
}
