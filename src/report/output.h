// Standard output: where results go, whole texts at a time. Any thread.
#ifndef OE2PG_REPORT_OUTPUT_H
#define OE2PG_REPORT_OUTPUT_H

// Writes the text at once, so that those of several threads do not mix.
void output_write(const char *text);

#endif
