# Completes command lines of policy-check in fish.
function __policy_check_complete
    set -l program (commandline -opc)[1]
    set -l word (commandline -ct)
    set -l answer (env COMP_WORDS=(commandline -cp) COMP_CWORD="$word" \
        $program completion --complete fish 2>/dev/null)
    for line in $answer
        set -l parts (string split -m 1 , -- $line)
        switch $parts[1]
            case plain
                printf '%s\n' $parts[2]
            case file
                set -l rest (string sub -s (math 1 + (string length -- "$parts[2]")) -- "$word")
                printf '%s\n' $parts[2](__fish_complete_path $rest)
        end
    end
end
complete --no-files --command policy-check --arguments '(__policy_check_complete)'
