package com.ddtek.jdbc.openedge;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;

/** The look-alike's driver: class name and URLs are the real one's, the server is our own. */
public final class OpenEdgeDriver implements Driver {
    static final int MAJOR = 5;
    static final int MINOR = 1;

    static {
        try {
            DriverManager.registerDriver(new OpenEdgeDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** For Class.forName and the like. */
    public OpenEdgeDriver() {}

    @Override
    public boolean acceptsURL(String url) {
        return url != null && url.regionMatches(true, 0, Url.PREFIX, 0, Url.PREFIX.length());
    }

    @Override
    public Connection connect(String url, Properties given) throws SQLException {
        return acceptsURL(url) ? new Session(new Url(url, given), url).proxy() : null;
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties given) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return MAJOR;
    }

    @Override
    public int getMinorVersion() {
        return MINOR;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }
}
