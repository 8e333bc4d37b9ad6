# The awsso alias for tcsh 6.20 and later. `aws-sso init tcsh` writes this file to the user's cache, fills in the
# program's path and the alias's name, and leaves out all comments and the marked parts that the user did not ask for.
# So comments need lines of their own.
#
# An alias of tcsh is one line, in whose parts the typed words would be read again. As arguments of `source` they arrive
# as they are. The first one says what this file is sourced for. The backslashes keep the user's aliases out; tcsh
# allows none before its own commands, which `init` writes into an `if`, where tcsh looks up no alias.

set __aws_sso_status = $status
switch ("$argv[1]")
case load:
    alias __aws_sso_command__ __AWS_SSO_CALL__
    # >>> completion
    alias __aws_sso_complete __AWS_SSO_COMPLETE__
    complete __aws_sso_command__ 'n/--/c/' 'N/--/f/' 'p/*/`__aws_sso_complete`/'
    complete aws-sso 'n/--/c/' 'N/--/f/' 'p/*/`__aws_sso_complete`/'
    # <<< completion
    # >>> hook
    alias __aws_sso_hook __AWS_SSO_PROMPT__
    # tcsh has one alias for the prompt. The user's own is not ours to replace.
    set __aws_sso_call_words = "`alias precmd`"
    if ($#__aws_sso_call_words == 0) alias precmd __aws_sso_hook
    # <<< hook
    # >>> key
    # A key that picks a role while a command is being typed.
    bindkey -c '__AWS_SSO_KEY__' '__aws_sso_command__ pick'
    # <<< key
    set __aws_sso_status = 0
    breaksw
case call:
    shift
    set __aws_sso_call_program = __AWS_SSO_PROGRAM__
    # Names each word instead of repeating it, so that it is not read again. `:q` leaves out what is empty.
    set __aws_sso_call_words = '$__aws_sso_call_program:q'
    set __aws_sso_call_kind = ''
    set __aws_sso_call_at = 0
    while ($__aws_sso_call_at < $#argv)
        @ __aws_sso_call_at++
        set __aws_sso_call_word = ($argv[$__aws_sso_call_at]:q)
        if ($#__aws_sso_call_word == 0) then
            set __aws_sso_call_words = "$__aws_sso_call_words"' ""'
        else
            set __aws_sso_call_words = "$__aws_sso_call_words"' $argv['$__aws_sso_call_at']:q'
        endif
        switch (${__aws_sso_call_kind}:$argv[$__aws_sso_call_at]:q)
        # Options of all verbs may stand before the verb. These take a value, which is no verb.
        case :-p:
        case :-vp:
        case :-qp:
        case :-vqp:
        case :-qvp:
        case :--profile:
        case :--login:
        case :-r:
        case :--rolearn:
        case :--role:
            set __aws_sso_call_kind = value
            breaksw
        case value:*:
            set __aws_sso_call_kind = ''
            breaksw
        case :-?*:
            breaksw
        case :use:
        case :pick:
        case :-:
        case :region:
        case :refresh:
        case :clear:
        case :logout:
            set __aws_sso_call_kind = change
            set __aws_sso_call_words = "$__aws_sso_call_words --shell tcsh"
            breaksw
        # >>> renewal
        case :login:
            # The prompt can renew the credentials again.
            unset __AWS_SSO_NOTICED
            set __aws_sso_call_kind = other
            breaksw
        # <<< renewal
        case :doctor:
            # Only this shell knows the version of its alias, and whether Tab completes its arguments.
            set __aws_sso_call_kind = other
            set __aws_sso_call_words = "$__aws_sso_call_words --function tcsh:__AWS_SSO_VERSION__"
            # >>> completion
            set __aws_sso_call_words = "${__aws_sso_call_words}:tab"
            # <<< completion
            breaksw
        case :*:
            set __aws_sso_call_kind = other
            breaksw
        endsw
    end
    # A command in backquotes is read again, an alias in them is not.
    alias __aws_sso_run "$__aws_sso_call_words"
    if ("$__aws_sso_call_kind" != change) then
        __aws_sso_run
        set __aws_sso_status = $status
    else
        # Without this option the status of what is in backquotes is lost.
        if (! $?anyerror) set __aws_sso_call_anyerror
        set anyerror
        # Captured first: a program that fails changes nothing. What it prints is data, a word a line.
        set __aws_sso_call_words = ("`__aws_sso_run`")
        set __aws_sso_status = $status
        if ($?__aws_sso_call_anyerror) unset anyerror
        if ($__aws_sso_status != 0) set __aws_sso_call_words = ()
        # The values are secrets, which no trace may show.
        set __aws_sso_call_traces = ()
        if ($?echo) set __aws_sso_call_traces = ($__aws_sso_call_traces echo)
        if ($?verbose) set __aws_sso_call_traces = ($__aws_sso_call_traces verbose)
        unset echo verbose
        while ($#__aws_sso_call_words > 1)
            switch ("$__aws_sso_call_words[1]")
            case set:
                setenv $__aws_sso_call_words[2] $__aws_sso_call_words[3]:q
                shift __aws_sso_call_words
                breaksw
            case empty:
                setenv $__aws_sso_call_words[2]
                breaksw
            case unset:
                unsetenv $__aws_sso_call_words[2]
                breaksw
            case print:
                \echo $__aws_sso_call_words[2]:q
                breaksw
            case say:
                # tcsh gives a subshell the same `$$`, and writes nothing to stderr itself.
                set __aws_sso_call_at = 'exec >&2; test "$PPID" = "$1" || printf "in this subshell: "; '
                set __aws_sso_call_at = "$__aws_sso_call_at:q"'printf "%s\n" "$2"'
                \sh -c $__aws_sso_call_at:q sh $$ $__aws_sso_call_words[2]:q
                breaksw
            endsw
            shift __aws_sso_call_words
            shift __aws_sso_call_words
        end
        foreach __aws_sso_call_at ($__aws_sso_call_traces)
            set $__aws_sso_call_at
        end
    endif
    unalias __aws_sso_run
    breaksw
# >>> completion
case complete:
    # tcsh sets the line up to the cursor.
    if ($?COMMAND_LINE) __AWS_SSO_PROGRAM__ complete --shell tcsh --line=$COMMAND_LINE:q
    breaksw
# <<< completion
# >>> hook
# Runs before each prompt: shows a message, or renews the credentials, when they expire within five minutes, and shows
# another when the session of the sign-in ends within fifteen. Before that it starts no process: the terminal has just
# been read from, and the time of that is the current time, but for up to eight seconds.
case prompt:
    # The renewal sources this file as well.
    set __aws_sso_hook_status = $__aws_sso_status
    if ($?AWS_SSO_EXPIRATION && $?tty) then
        set __aws_sso_hook_at = $AWS_SSO_EXPIRATION:q
        # Not known, or not set by `use`.
        if ($%__aws_sso_hook_at == 0 || $%__aws_sso_hook_at > 13) set __aws_sso_hook_at = 0
        if ($__aws_sso_hook_at:q =~ [123456789]* && $__aws_sso_hook_at:q !~ *[^0123456789]*) then
            @ __aws_sso_hook_left = $__aws_sso_hook_at - ( -A "/dev/$tty" )
            set __aws_sso_hook_kind = due
            if ($__aws_sso_hook_left > 300) set __aws_sso_hook_kind = ''
            if ($?__AWS_SSO_NOTICED) then
                # Already shown.
                if ("$__AWS_SSO_NOTICED" == "$__aws_sso_hook_at") set __aws_sso_hook_kind = ''
            endif
            if ("$__aws_sso_hook_kind" == due) then
                @ __aws_sso_hook_left = $__aws_sso_hook_at - `\date +%s`
                # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
                set __AWS_SSO_NOTICED = "$__aws_sso_hook_at"
                # >>> renewal
                source __AWS_SSO_FILE__ call refresh --login never >& /dev/null
                set __aws_sso_hook_kind = $status
                if (! $?AWS_SSO_EXPIRATION) set __aws_sso_hook_kind = done
                if ("$__aws_sso_hook_kind" != done) then
                    if ("$AWS_SSO_EXPIRATION" != "$__AWS_SSO_NOTICED") set __aws_sso_hook_kind = done
                endif
                if ("$__aws_sso_hook_kind" == 3) then
                    set __aws_sso_hook_kind = done
                    set __aws_sso_hook_say = ''
                    # A name that needs quotes is left out: AWS_SSO_SESSION leads `login` there as well.
                    if ($?AWS_SSO_SESSION) then
                        set __aws_sso_hook_at = $AWS_SSO_SESSION:q
                        if ($%__aws_sso_hook_at == 0) set __aws_sso_hook_at = -
                        if ($__aws_sso_hook_at:q =~ [A-Za-z0-9._]* && $__aws_sso_hook_at:q !~ *[^A-Za-z0-9._-]*) then
                            set __aws_sso_hook_say = " -p $AWS_SSO_SESSION"
                        endif
                    endif
                    \echo "aws-sso: your sign-in has ended; run: __aws_sso_command__ login$__aws_sso_hook_say"
                endif
                # <<< renewal
                if ("$__aws_sso_hook_kind" != done) then
                    set __aws_sso_hook_say = 'expire within 5 minutes; run:'
                    if ($__aws_sso_hook_left <= 0) set __aws_sso_hook_say = 'have expired; run:'
                    \echo "aws-sso: your credentials $__aws_sso_hook_say __aws_sso_command__ refresh"
                endif
            endif
        endif
    endif
    # It may be another now: the renewal also says what is known about the session.
    if ($?AWS_SSO_SESSION_END && $?tty) then
        set __aws_sso_hook_at = $AWS_SSO_SESSION_END:q
        if ($%__aws_sso_hook_at == 0 || $%__aws_sso_hook_at > 13) set __aws_sso_hook_at = 0
        if ($__aws_sso_hook_at:q =~ [123456789]* && $__aws_sso_hook_at:q !~ *[^0123456789]*) then
            @ __aws_sso_hook_left = $__aws_sso_hook_at - ( -A "/dev/$tty" )
            set __aws_sso_hook_kind = due
            if ($__aws_sso_hook_left > 900) set __aws_sso_hook_kind = ''
            if ($?__AWS_SSO_SESSION_NOTICED) then
                if ("$__AWS_SSO_SESSION_NOTICED" == "$__aws_sso_hook_at") set __aws_sso_hook_kind = ''
            endif
            if ("$__aws_sso_hook_kind" == due) then
                set __AWS_SSO_SESSION_NOTICED = "$__aws_sso_hook_at"
                @ __aws_sso_hook_left = $__aws_sso_hook_at - `\date +%s`
                # What was expected has not happened, or was not seen: there is nothing to warn of any more.
                if ($__aws_sso_hook_left > 0) then
                    # Somebody may have signed in since this shell entered its role.
                    source __AWS_SSO_FILE__ call refresh --login never --only-session-end >& /dev/null
                    set __aws_sso_hook_at = ''
                    if ($?AWS_SSO_SESSION_END) set __aws_sso_hook_at = "$AWS_SSO_SESSION_END"
                    if ("$__aws_sso_hook_at" == "$__AWS_SSO_SESSION_NOTICED") then
                        @ __aws_sso_hook_left = ( $__aws_sso_hook_left + 59 ) / 60
                        set __aws_sso_hook_say = 'run: __aws_sso_command__ login --force'
                        set __aws_sso_hook_say = "about $__aws_sso_hook_left minutes; $__aws_sso_hook_say"
                        \echo "aws-sso: your sign-in may end in $__aws_sso_hook_say"
                    endif
                endif
            endif
        endif
    endif
    set __aws_sso_status = $__aws_sso_hook_status
    unset __aws_sso_hook_*
    breaksw
# <<< hook
endsw
# What is evaluated last is the status of the alias; the shell gives back its own `argv`.
set argv = ($__aws_sso_status)
unset __aws_sso_status __aws_sso_call_*
set status = $argv[1]
