#compdef policy-check
# Completes command lines of policy-check in zsh.
_policy_check() {
    local -a plain described answer
    local type value help before files=
    answer=("${(@f)$(env COMP_WORDS="${words[1,CURRENT-1]} $PREFIX" COMP_CWORD="$PREFIX" \
        $words[1] completion --complete zsh 2>/dev/null)}")
    for type value help in $answer; do
        case $type in
            plain)
                if [[ $help == _ ]]; then
                    plain+=("$value")
                else
                    described+=("$value:$help")
                fi ;;
            file) files=1 before=$value ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#plain )) && compadd -U -V unsorted -a plain
    if [[ -n $files ]]; then
        compset -P ${(b)before}
        _files
    fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _policy_check "$@"
else
    compdef _policy_check policy-check
fi
