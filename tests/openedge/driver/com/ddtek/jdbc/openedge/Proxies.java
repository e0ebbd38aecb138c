package com.ddtek.jdbc.openedge;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * JDBC's interfaces have hundreds of methods. An object behind a proxy answers those that it has
 * under the same name and parameters; all others are said to be unsupported.
 */
final class Proxies implements InvocationHandler {
    private static final Map<Class<?>, Map<Method, Optional<Method>>> KNOWN =
        new ConcurrentHashMap<>();

    private final Object target;
    private final Map<Method, Optional<Method>> methods;

    private Proxies(Object target) {
        this.target = target;
        methods = KNOWN.computeIfAbsent(target.getClass(), key -> new ConcurrentHashMap<>());
    }

    static <T> T make(Class<T> face, Object target) {
        return face.cast(Proxy.newProxyInstance(
            Proxies.class.getClassLoader(), new Class<?>[] {face}, new Proxies(target)));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        Optional<Method> own = methods.get(method);
        if (own == null) {
            own = find(method);
            methods.put(method, own);
        }
        if (own.isEmpty())
            return inherited(proxy, method, arguments);
        try {
            return own.get().invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Optional<Method> find(Method method) {
        try {
            Method own =
                target.getClass().getDeclaredMethod(method.getName(), method.getParameterTypes());
            own.setAccessible(true);
            return Optional.of(own);
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        }
    }

    private Object inherited(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
        case "equals":
            return proxy == arguments[0];
        case "hashCode":
            return System.identityHashCode(proxy);
        case "toString":
            return target.toString();
        case "isWrapperFor":
            return false;
        case "getWarnings":
        case "clearWarnings":
            return null;
        default:
            throw Failures.unsupported(method.getName());
        }
    }
}
