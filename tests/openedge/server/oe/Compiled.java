package oe;

import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/** A query as the store runs it, and what is to be looked at in its rows. */
final class Compiled {
    /** SQL with question marks, and which parameter each of them is. */
    static final class Sql {
        final StringBuilder text = new StringBuilder();
        final List<Integer> parameters = new ArrayList<>();

        Sql add(String more) {
            text.append(more);
            return this;
        }

        void parameter(int number) {
            text.append('?');
            parameters.add(number);
        }

        void add(Sql other) {
            text.append(other.text);
            parameters.addAll(other.parameters);
        }
    }

    /** A column of the result; `field` is null unless it is, or is made of, just that field. */
    static final class Out {
        String name;
        Table table;
        Field field;
        boolean isRowid;
        /** Says whether the row is one that is not delivered. */
        boolean isDamage;
        int type = Types.VARCHAR;
        String typeName = "varchar";
        int precision;
        int scale;
        boolean isNullable = true;
    }

    /** Finds a row in which the field is too wide. */
    record Check(Sql sql, Table table, Field field) {}

    final Sql sql = new Sql();
    /** Those that are shown, and behind them those that are only looked at. */
    final List<Out> outs = new ArrayList<>();
    int visible;
    final List<Check> checks = new ArrayList<>();
    final List<Table> tables = new ArrayList<>();
    boolean isNoLock;
    boolean isReadPast;
    int parameterCount;
}
