// From the command line to the end of a command.
#ifndef OE2PG_CLI_COMMAND_H
#define OE2PG_CLI_COMMAND_H

// The whole program: reads the command line, loads the configuration, runs one command. Returns
// the exit status.
int command_main(int argc, char **argv);

#endif
