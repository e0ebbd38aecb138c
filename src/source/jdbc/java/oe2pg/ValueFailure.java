package oe2pg;

/** A value that could not be read, and where it stands. */
final class ValueFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Counted from 0. */
    final int column;

    ValueFailure(int column, Throwable cause) {
        super(null, cause, false, false);
        this.column = column;
    }
}
