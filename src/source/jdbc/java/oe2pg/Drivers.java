package oe2pg;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.ServiceLoader;
import java.util.zip.ZipFile;

/** Drivers by their jars; loaded once, however many connections use them. */
final class Drivers {
    private static final String OPENEDGE_URL = "jdbc:datadirect:openedge:";
    private static final String OPENEDGE_CLASS = "com.ddtek.jdbc.openedge.OpenEdgeDriver";
    private static final HashMap<String, ClassLoader> LOADERS = new HashMap<>();

    private Drivers() {}

    private static void check(File jar) throws MissingDriver {
        String name = "\"" + jar.getPath() + "\"";
        if (!jar.exists())
            throw new MissingDriver("there is no file " + name);
        if (!jar.isFile())
            throw new MissingDriver(name + " is no file");
        if (!jar.canRead())
            throw new MissingDriver(name + " may not be read by the user who runs oe2pg");
        try {
            new ZipFile(jar).close();
        } catch (IOException e) {
            throw new MissingDriver(name + " is no jar");
        }
    }

    private static synchronized ClassLoader loader(String[] jars) throws Exception {
        String key = String.join("\n", jars);
        ClassLoader loader = LOADERS.get(key);
        if (loader != null)
            return loader;
        URL[] urls = new URL[jars.length];
        for (int i = 0; i < jars.length; i++) {
            File jar = new File(jars[i]);
            check(jar);
            urls[i] = jar.toURI().toURL();
        }
        loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
        LOADERS.put(key, loader);
        return loader;
    }

    /** By its class, or, when that is empty, the first in the jars that takes the URL. */
    static Driver find(String[] jars, String className, String url) throws Exception {
        ClassLoader loader = loader(jars);
        if (!className.isEmpty())
            return make(loader, className);
        for (Driver driver : ServiceLoader.load(Driver.class, loader)) {
            if (accepts(driver, url))
                return driver;
        }
        if (url.startsWith(OPENEDGE_URL)) // known, should its jar not name it
            return make(loader, OPENEDGE_CLASS);
        throw new MissingDriver("no driver in the jars takes this URL");
    }

    private static Driver make(ClassLoader loader, String className) throws Exception {
        Object made = load(loader, className).getDeclaredConstructor().newInstance();
        if (!(made instanceof Driver))
            throw new MissingDriver("\"" + className + "\" is no JDBC driver");
        return (Driver) made;
    }

    private static Class<?> load(ClassLoader loader, String className) throws Exception {
        try {
            return Class.forName(className, true, loader);
        } catch (ClassNotFoundException e) {
            if (className.equals(e.getMessage()))
                throw new MissingDriver("there is no class \"" + className + "\" in the jars");
            throw e; // one that the driver needs
        }
    }

    private static boolean accepts(Driver driver, String url) {
        try {
            return driver.acceptsURL(url);
        } catch (SQLException e) {
            return false;
        }
    }
}
