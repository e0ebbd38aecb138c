package oe2pg;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** The thread of a session that packs the next batch while C works on the last one. */
final class Ahead implements ThreadFactory {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(this);

    @Override
    public Thread newThread(Runnable task) {
        Thread made = new Thread(task, "oe2pg reads ahead");
        made.setDaemon(true);
        return made;
    }

    Future<Long> begin(Callable<Long> task) {
        return thread.submit(task);
    }

    void end() {
        thread.shutdown();
    }
}
