#include "cli/man_page.h"

#include "cli/command_table.h"
#include "config/option.h"

static const char head[] =
    "# Completion for bash, printed by oe2pg --help-completion; do not edit.\n"
    "\n"
    "_oe2pg() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command= word words=\n"
    "\n"
    "    COMPREPLY=()\n"
    "    # bash cuts --flag=value into three words.\n"
    "    if [ \"$current\" = = ]; then\n"
    "        current=\n"
    "    elif [ \"$previous\" = = ] && [ \"$COMP_CWORD\" -gt 2 ]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
    "        case $word in\n";

static void
print_command_names(FILE *out, const char *gap)
{
    size_t count;
    const struct command *commands = command_all(&count);

    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "%s%s", i > 0 ? gap : "", commands[i].name);
}

static void
print_words(FILE *out, const struct option *option)
{
    (void)fprintf(out, "    %s) words='", option->flag);
    for (size_t i = 0; i < option->word_count; i++)
        (void)fprintf(out, "%s%s", i > 0 ? " " : "", option->words[i]);
    (void)fprintf(out, "' ;;\n");
}

// What may follow a flag. Numbers and names of tables are the user's to know.
static void
print_values(FILE *out)
{
    (void)fprintf(out, "    case $previous in\n");
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option *option = option_at((enum option_id)id);

        if (option->flag == NULL || option->type == OPTION_SWITCH)
            continue;
        if (option->type == OPTION_WORD)
            print_words(out, option);
        else if (option->type == OPTION_PATH)
            (void)fprintf(out,
                "    %s)\n"
                "        compopt -o filenames 2>/dev/null\n"
                "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
                "        return ;;\n",
                option->flag);
        else
            (void)fprintf(out, "    %s) return ;;\n", option->flag);
    }
    (void)fprintf(out, "    *)\n");
}

static void
print_flags(FILE *out, const char *pattern, unsigned verb)
{
    const char *names[OPTION_COUNT];
    size_t count = option_flags(verb, names);

    (void)fprintf(out, "        %s) words='", pattern);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "%s%s", i > 0 ? " " : "", names[i]);
    (void)fprintf(out, "' ;;\n");
}

void
completion_print(FILE *out)
{
    size_t count;
    const struct command *commands = command_all(&count);

    (void)fprintf(out, "%s        ", head);
    print_command_names(out, " | ");
    (void)fprintf(out, ") command=$word ;;\n"
                       "        esac\n"
                       "    done\n");
    print_values(out);
    (void)fprintf(out, "        case $command in\n");
    for (size_t i = 1; i < count; i++)
        print_flags(out, commands[i].name, commands[i].verb);
    print_flags(out, "*", commands[0].verb);
    (void)fprintf(out, "        esac\n"
                       "        if [ -z \"$command\" ] && [[ $current != -* ]]; then\n"
                       "            words='");
    print_command_names(out, " ");
    (void)fprintf(out, "'\n"
                       "        fi ;;\n"
                       "    esac\n"
                       "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                       "}\n"
                       "complete -F _oe2pg oe2pg\n");
}
