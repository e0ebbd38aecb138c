# Completion for bash, printed by oe2pg --help-completion; do not edit.

_oe2pg() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command= word words=

    COMPREPLY=()
    # bash cuts --flag=value into three words.
    if [ "$current" = = ]; then
        current=
    elif [ "$previous" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
        sync | plan | status | verify | check | adopt | forget) command=$word ;;
        esac
    done
    case $previous in
    --jobs) return ;;
    --batch-size) return ;;
    --config)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return ;;
    --table) return ;;
    --ignore-table) return ;;
    --allow-delete) return ;;
    --progress) words='auto bar log json none' ;;
    --max-age) return ;;
    --log-level) words='debug info warning error' ;;
    --console-level) words='debug info warning error' ;;
    --file-level) words='debug info warning error' ;;
    *)
        case $command in
        plan) words='--jobs --batch-size --config --full-sync --table --ignore-table --accept-source --all --json --log-level --console-level --quiet --help --help-options --help-man --help-types --help-completion --version' ;;
        status) words='--config --table --json --watch --max-age --exit-code --quarantine --values --log-level --console-level --quiet --help --help-options --help-man --help-types --help-completion --version' ;;
        verify) words='--jobs --batch-size --config --table --ignore-table --allow-delete --progress --json --values --repair --log-level --console-level --file-level --quiet --help --help-options --help-man --help-types --help-completion --version' ;;
        check) words='--jobs --batch-size --config --log-level --console-level --quiet --config-only --report --widths --help --help-options --help-man --help-types --help-completion --version' ;;
        adopt) words='--jobs --batch-size --config --table --ignore-table --accept-source --progress --log-level --console-level --file-level --quiet --help --help-options --help-man --help-types --help-completion --version' ;;
        forget) words='--config --drop-tables --yes --log-level --console-level --file-level --quiet --help --help-options --help-man --help-types --help-completion --version' ;;
        *) words='--jobs --batch-size --config --full-sync --table --ignore-table --allow-delete --accept-source --progress --log-level --console-level --file-level --quiet --help --help-options --help-man --help-types --help-completion --version' ;;
        esac
        if [ -z "$command" ] && [[ $current != -* ]]; then
            words='sync plan status verify check adopt forget'
        fi ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _oe2pg oe2pg
