# The awsso function for fish 3 and later. `aws-sso init fish` fills in the program's path and the function's name, and
# leaves out all comments and the marked parts that the user did not ask for. So comments need lines of their own.

function __aws_sso_command__ --description 'AWS IAM Identity Center credentials for this shell'
    set -l __aws_sso_verb
    set -l __aws_sso_at 1
    # Options of all verbs may stand before the verb. These take a value, which is no verb.
    while set -q argv[$__aws_sso_at]; and not set -q __aws_sso_verb[1]
        switch "$argv[$__aws_sso_at]"
            case -
                set __aws_sso_verb -
            case -p -vp -qp -vqp -qvp --profile --login -r --rolearn --role
                set __aws_sso_at (builtin math $__aws_sso_at + 2)
            case '-*'
                set __aws_sso_at (builtin math $__aws_sso_at + 1)
            case '*'
                set __aws_sso_verb "$argv[$__aws_sso_at]"
        end
    end
    set -l __aws_sso_first $argv[1..$__aws_sso_at]
    set -l __aws_sso_rest $argv
    set -e __aws_sso_rest[1..$__aws_sso_at]
    switch "$__aws_sso_verb"
        case use pick - region refresh clear logout
            # The code holds secrets, which no trace may show. The user's own variable is back at the end of the block.
            set -l fish_trace
            # Captured first, so that the output of a program that fails is not evaluated.
            set -l __aws_sso_code (command __AWS_SSO_PROGRAM__ $__aws_sso_first --shell fish $__aws_sso_rest)
            or return
            string join \n -- $__aws_sso_code | builtin source
            # >>> renewal
        case login
            # The prompt can renew the credentials again.
            set -g __AWS_SSO_NOTICED ''
            command __AWS_SSO_PROGRAM__ $argv
            # <<< renewal
        case doctor
            # Only this shell knows the version of its function, and whether Tab completes its arguments.
            set -l __aws_sso_mark fish:__AWS_SSO_VERSION__
            # >>> completion
            if complete | string match -q -- '*__aws_sso_complete*'
                set __aws_sso_mark $__aws_sso_mark:tab
            else
                set __aws_sso_mark $__aws_sso_mark:no-tab
            end
            # <<< completion
            command __AWS_SSO_PROGRAM__ $__aws_sso_first --function $__aws_sso_mark $__aws_sso_rest
        case '*'
            command __AWS_SSO_PROGRAM__ $argv
    end
end
# >>> completion
function __aws_sso_complete
    set -l __aws_sso_words (commandline -opc)
    set -l __aws_sso_found (command __AWS_SSO_PROGRAM__ complete --shell fish -- $__aws_sso_words (commandline -ct) \
        2>/dev/null)
    # The command of `exec` is completed as a line of its own.
    if set -l __aws_sso_at (string replace -rf '^\t' '' -- $__aws_sso_found[1])
        set -e __aws_sso_words[1..$__aws_sso_at]
        complete --do-complete (string join ' ' -- (string escape -- $__aws_sso_words) (commandline -ct))
    else
        string join \n -- $__aws_sso_found
    end
end
complete --erase --command __aws_sso_command__
complete --erase --command aws-sso
complete --command __aws_sso_command__ --no-files --arguments '(__aws_sso_complete)'
complete --command aws-sso --no-files --arguments '(__aws_sso_complete)'
# <<< completion
# >>> hook
# Runs before each prompt: shows a message, or renews the credentials, when they expire within five minutes, and shows
# another when the session of the sign-in ends within fifteen. Before that it starts no process, except `date` in fish
# before 3.5 if the shell has a role.
function __aws_sso_hook --on-event fish_prompt
    __aws_sso_is_due "$AWS_SSO_EXPIRATION" "$__AWS_SSO_NOTICED" 300
    and __aws_sso_expiring
    # It may be another now: the renewal also says what is known about the session.
    __aws_sso_is_due "$AWS_SSO_SESSION_END" "$__AWS_SSO_SESSION_NOTICED" 900
    and __aws_sso_ending
    set -qx AWS_PROFILE
    and __aws_sso_has_new_profile
    and builtin echo 'aws-sso: AWS_PROFILE was set after __aws_sso_command__ use; to see which credentials programs' \
        'take, run: aws-sso status; for the profile alone, run: __aws_sso_command__ clear' >&2
end
# Whether programs see a profile beside the keys of `use`, for the first time with this role.
function __aws_sso_has_new_profile
    test "$AWS_SSO_ROLE_ARN" != "$__AWS_SSO_PROFILE_NOTICED" -a -n "$AWS_PROFILE" -a -n "$AWS_SSO_ORIGIN" \
        -a "$AWS_ACCESS_KEY_ID" = "$AWS_SSO_ORIGIN"
    and set -g __AWS_SSO_PROFILE_NOTICED "$AWS_SSO_ROLE_ARN"
end
# What this shell has inherited was said in the one that it comes from.
if status is-interactive; and set -qx AWS_PROFILE
    __aws_sso_has_new_profile; or true
end
# Whether a time that is not the last one shown is at most so many seconds away.
function __aws_sso_is_due
    # Not known, already shown, or not set by `use`.
    string match -qr '\A[1-9][0-9]{0,12}\z' -- "$argv[1]"
    and test "$argv[1]" != "$argv[2]"
    and test (__aws_sso_left $argv[1]) -le $argv[3]
end
# How many seconds are left until then.
function __aws_sso_left
    # fish has no built-in clock. The current time is when `/` changed plus how long ago that was.
    set -l __aws_sso_now (builtin path mtime / 2>/dev/null; and builtin path mtime --relative / 2>/dev/null)
    and set __aws_sso_now (builtin math (string join + -- $__aws_sso_now))
    or set __aws_sso_now (command date +%s)
    builtin math $argv[1] - $__aws_sso_now
end
function __aws_sso_expiring
    set -l __aws_sso_until $AWS_SSO_EXPIRATION
    # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
    set -g __AWS_SSO_NOTICED $__aws_sso_until
    # >>> renewal
    __aws_sso_command__ refresh --login never >/dev/null 2>&1
    set -l __aws_sso_renewal $status
    test "$AWS_SSO_EXPIRATION" = $__aws_sso_until
    or return
    if test $__aws_sso_renewal -eq 3
        # A name that needs quotes is left out: AWS_SSO_SESSION leads `login` there as well.
        set -l __aws_sso_option (string match -r '\A[A-Za-z0-9._][A-Za-z0-9._-]*\z' -- "$AWS_SSO_SESSION")
        and set __aws_sso_option " -p $__aws_sso_option"
        builtin echo "aws-sso: your sign-in has ended; run: __aws_sso_command__ login$__aws_sso_option" >&2
        return
    end
    # <<< renewal
    set -l __aws_sso_what 'expire within 5 minutes'
    test (__aws_sso_left $__aws_sso_until) -gt 0
    or set __aws_sso_what 'have expired'
    builtin echo "aws-sso: your credentials $__aws_sso_what; run: __aws_sso_command__ refresh" >&2
end
function __aws_sso_ending
    set -l __aws_sso_end $AWS_SSO_SESSION_END
    set -l __aws_sso_left (__aws_sso_left $__aws_sso_end)
    set -g __AWS_SSO_SESSION_NOTICED $__aws_sso_end
    # What was expected has not happened, or was not seen: there is nothing to warn of any more.
    test $__aws_sso_left -gt 0
    or return
    # Somebody may have signed in since this shell entered its role.
    __aws_sso_command__ refresh --login never --only-session-end >/dev/null 2>&1
    and test "$AWS_SSO_SESSION_END" != $__aws_sso_end
    and return
    set -l __aws_sso_minutes (builtin math "ceil($__aws_sso_left / 60)")
    builtin echo "aws-sso: your sign-in may end in about $__aws_sso_minutes minutes;" \
        'run: __aws_sso_command__ login --force' >&2
end
# <<< hook
# >>> key
# A key that picks a role while a command is being typed.
function __aws_sso_pick_by_key
    # What the program writes stands below the line, which is drawn again below that.
    builtin echo
    __aws_sso_command__ pick
    commandline -f repaint
end
if status is-interactive
    bind -M default __AWS_SSO_KEY__ __aws_sso_pick_by_key
    bind -M insert __AWS_SSO_KEY__ __aws_sso_pick_by_key
    bind -M visual __AWS_SSO_KEY__ __aws_sso_pick_by_key
end
# <<< key
