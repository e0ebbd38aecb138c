package com.ddtek.jdbc.openedge;

import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** jdbc:datadirect:openedge://host:port;databaseName=db[;property=value]; the last one wins. */
final class Url {
    static final String PREFIX = "jdbc:datadirect:openedge://";

    final String host;
    final int port;
    final Map<String, String> properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    Url(String url, Properties given) throws SQLException {
        String[] parts = url.substring(PREFIX.length()).split(";");
        int colon = parts[0].lastIndexOf(':');
        host = colon < 0 ? parts[0] : parts[0].substring(0, colon);
        try {
            port = Integer.parseInt(parts[0].substring(colon + 1));
        } catch (NumberFormatException e) {
            throw Failures.driver("A port number is required to connect.", "08001");
        }
        for (String name : given.stringPropertyNames())
            properties.put(name, given.getProperty(name));
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals > 0)
                properties.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
        }
        if (!properties.containsKey("databaseName") && properties.containsKey("database"))
            properties.put("databaseName", properties.get("database"));
        if (!properties.containsKey("databaseName"))
            throw Failures.driver("A database name is required to connect.", "08001");
    }

    /** Seconds, 0 for none. */
    int loginTimeout() {
        try {
            return Integer.parseInt(properties.getOrDefault("loginTimeout", "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
