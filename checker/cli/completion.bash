# Completes command lines of policy-check in bash 4.4 or newer.
_policy_check() {
    local type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            plain) COMPREPLY+=("$value") ;;
            file) compopt -o bashdefault -o default ;;
        esac
    done < <(
        env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_CWORD="$2" \
            "$1" completion --complete bash 2>/dev/null
    )
}
complete -o nosort -F _policy_check policy-check
