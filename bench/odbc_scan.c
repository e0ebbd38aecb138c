// The limit on the reading side: every row of some tables by plain ODBC, columns bound as
// characters in arrays of 500 rows, nothing done with them. Usage: odbc_scan CONNECTION-STRING
// TABLE...
#include <sql.h>
#include <sqlext.h>

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 500, WIDTH = 128, COLUMNS_MAX = 64 };

static char values[COLUMNS_MAX][ROWS][WIDTH];
static SQLLEN sizes[COLUMNS_MAX][ROWS];

static int
scan(SQLHDBC connection, const char *table)
{
    SQLHSTMT statement;
    SQLULEN fetched = 0;
    SQLSMALLINT columns = 0;
    unsigned long long rows = 0;
    unsigned long long bytes = 0;
    char sql[256];

    SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement);
    SQLSetStmtAttr(statement, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)(size_t)ROWS, 0);
    SQLSetStmtAttr(statement, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0);
    (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
    if (!SQL_SUCCEEDED(SQLExecDirect(statement, (SQLCHAR *)sql, SQL_NTS)))
        return 1;
    SQLNumResultCols(statement, &columns);
    for (SQLSMALLINT c = 0; c < columns && c < COLUMNS_MAX; c++)
        SQLBindCol(statement, (SQLUSMALLINT)(c + 1), SQL_C_CHAR, values[c], WIDTH, sizes[c]);
    while (SQL_SUCCEEDED(SQLFetch(statement))) {
        rows += fetched;
        for (SQLSMALLINT c = 0; c < columns && c < COLUMNS_MAX; c++) {
            for (SQLULEN r = 0; r < fetched; r++)
                bytes += sizes[c][r] > 0 ? (unsigned long long)sizes[c][r] : 0;
        }
    }
    printf("%llu rows, %llu bytes\n", rows, bytes);
    SQLFreeHandle(SQL_HANDLE_STMT, statement);
    return 0;
}

int
main(int argc, char **argv)
{
    SQLHENV environment;
    SQLHDBC connection;
    int status = 0;

    if (argc < 3)
        return 2;
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment);
    SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
    SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection);
    if (!SQL_SUCCEEDED(SQLDriverConnect(
            connection, NULL, (SQLCHAR *)argv[1], SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT)))
        return 1;
    for (int i = 2; i < argc && status == 0; i++)
        status = scan(connection, argv[i]);
    SQLDisconnect(connection);
    return status;
}
