# The awsso command for Nushell 0.108 and later. `aws-sso init nushell` fills in the program's path and the command's
# name, and leaves out all comments and the marked parts that the user did not ask for. So comments need lines of their
# own. It can be loaded by `source`, by `use FILE *`, and from an autoload folder. All of it becomes one line in single
# quotes for other shells: so it has none itself, and a comma ends each field of a record.
#
# Nushell evaluates no text: the program prints a change as JSON, and nothing in it can run.

# `string` keeps words such as 012345678901 as they are written.
# >>> completion
@complete __aws_sso_complete
# <<< completion
export def --env --wrapped __aws_sso_command__ [...words: string] {
    # What is piped into the command goes to the program: so nothing may stand before `if`.
    if (__aws_sso_split $words).verb in [use pick - region refresh clear logout] {
        let parts = __aws_sso_split $words
        # A program that fails ends the pipeline and the line here, with its exit status, and nothing is changed.
        let answer = ^__AWS_SSO_PROGRAM__ ...$parts.first --shell nushell ...$parts.rest
        __aws_sso_apply $answer
    # >>> renewal
    } else if (__aws_sso_split $words).verb == login {
        # The prompt can renew the credentials again.
        $env.__AWS_SSO_NOTICED = {}
        ^__AWS_SSO_PROGRAM__ ...$words
    # <<< renewal
    } else if (__aws_sso_split $words).verb == doctor {
        let parts = __aws_sso_split $words
        # Only this shell knows the version of its command, and whether Tab completes its arguments.
        let mark = "nushell:__AWS_SSO_VERSION__"
        # >>> completion
        let mark = $mark + ":tab"
        # <<< completion
        ^__AWS_SSO_PROGRAM__ ...$parts.first --function $mark ...$parts.rest
    } else {
        ^__AWS_SSO_PROGRAM__ ...$words
    }
}
# The words up to the verb, the verb, and the words after it. Options of all verbs may stand before the verb.
def __aws_sso_split [words: list<string>] {
    # These take a value, which is no verb.
    let valued = [ -p -vp -qp -vqp -qvp --profile --login -r --rolearn --role ]
    mut at = 0
    while ($words | get --optional $at | default "") =~ "^-." {
        $at += if ($words | get $at) in $valued { 2 } else { 1 }
    }
    {
        first: ($words | take ($at + 1)),
        verb: ($words | get --optional $at | default ""),
        rest: ($words | skip ($at + 1)),
    }
}
# Makes a change: a record whose empty values are variables to remove. A text is a result, and nothing is help. What is
# said of it stands in a second line. An error of `from json` would show the answer, which holds secrets.
def --env __aws_sso_apply [answer: string] {
    let lines = try { $answer | lines | each { from json --strict } } catch { null }
    if $lines == null {
        error make --unspanned { msg: "aws-sso: the answer of the program is not whole: nothing is changed" }
    }
    let change = $lines | get --optional 0
    let said = $lines | get --optional 1
    if ($change | describe) == string {
        if $said != null { print --stderr $said }
        return $change
    }
    if $change == null { return }
    let removed = $change | columns | where {|name| ($change | get $name) == null }
    hide-env --ignore-errors ...$removed
    load-env ($change | reject ...$removed)
    if $said == null { return }
    # >>> hook
    # Whether the shell has it, and not a block alone, is seen at the prompt. Programs see no record.
    $env.__AWS_SSO_CHANGE = { made: (date now | into int) }
    { change: $env.__AWS_SSO_CHANGE, said: $said } | job send 0 --tag 297797
    return
    # <<< hook
    print --stderr $said
}
# >>> completion
# Nushell inserts what it is given, so the program quotes it where that is needed.
def __aws_sso_complete [words: list<string>] {
    let own = $words | take until {|word| $word == "--" } | length
    # What comes after `exec … --` is for the completion of another command.
    if $own < ($words | length) - 1 and exec in ($words | take $own) { return null }
    ^__AWS_SSO_PROGRAM__ complete --shell nushell -- ...$words | complete | get stdout | from json
}
# <<< completion
# >>> hook
# Runs before each prompt: shows a message, or renews the credentials, when they expire within five minutes, and shows
# another when the session of the sign-in ends within fifteen. Before that it starts no process.
def --env __aws_sso_hook [] {
    __aws_sso_say_change
    if (__aws_sso_is_due $env.AWS_SSO_EXPIRATION? expiration 300) { __aws_sso_expiring }
    # It may be another now: the renewal also says what is known about the session.
    if (__aws_sso_is_due $env.AWS_SSO_SESSION_END? session_end 900) { __aws_sso_ending }
}
# Says what the last change was. `do`, `def` and NAME=value give back the environment as it was before them.
def __aws_sso_say_change [] {
    mut last: any = null
    loop {
        let next = try { job recv --tag 297797 --timeout 0sec } catch { null }
        if $next == null { break }
        $last = $next
    }
    if $last == null { return }
    if $env.__AWS_SSO_CHANGE? == $last.change { print --stderr $last.said; return }
    print --stderr ($"aws-sso: this shell has not changed; a block that has ended had: ($last.said)\n" +
        "use do --env or def --env, and no NAME=value before __aws_sso_command__")
}
# Whether a time that is not the last one shown is at most so many seconds away.
def __aws_sso_is_due [time: any, what: string, seconds: int] {
    # Not known, already shown, or not set by `use`.
    let time = $"($time)"
    if $time !~ "\\A[1-9][0-9]{0,12}\\z" or $time == (__aws_sso_noticed | get --optional $what) { return false }
    (__aws_sso_left $time) <= $seconds
}
def __aws_sso_left [time: string] {
    ($time | into int) - ((date now | into int) // 1_000_000_000)
}
# A record, which Nushell gives to no program.
def __aws_sso_noticed [] {
    let noticed = $env.__AWS_SSO_NOTICED?
    if ($noticed | describe --detailed).type == record { $noticed } else { {} }
}
def --env __aws_sso_expiring [] {
    # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
    let until = $"($env.AWS_SSO_EXPIRATION)"
    $env.__AWS_SSO_NOTICED = __aws_sso_noticed | upsert expiration $until
    # >>> renewal
    let renewal = ^__AWS_SSO_PROGRAM__ refresh --shell nushell --login never | complete
    if $renewal.exit_code == 0 { __aws_sso_apply $renewal.stdout }
    if $"($env.AWS_SSO_EXPIRATION?)" != $until { return }
    if $renewal.exit_code == 3 {
        # A name that needs quotes is left out: AWS_SSO_SESSION leads `login` there as well.
        let session = $"($env.AWS_SSO_SESSION?)"
        let option = if $session =~ "\\A[A-Za-z0-9._][A-Za-z0-9._-]*\\z" { $" -p ($session)" } else { "" }
        print --stderr $"aws-sso: your sign-in has ended; run: __aws_sso_command__ login($option)"
        return
    }
    # <<< renewal
    let what = if (__aws_sso_left $until) > 0 { "expire within 5 minutes" } else { "have expired" }
    print --stderr $"aws-sso: your credentials ($what); run: __aws_sso_command__ refresh"
}
def --env __aws_sso_ending [] {
    let end = $"($env.AWS_SSO_SESSION_END)"
    let left = __aws_sso_left $end
    $env.__AWS_SSO_NOTICED = __aws_sso_noticed | upsert session_end $end
    # What was expected has not happened, or was not seen: there is nothing to warn of any more.
    if $left <= 0 { return }
    # Somebody may have signed in since this shell entered its role.
    let renewal = ^__AWS_SSO_PROGRAM__ refresh --shell nushell --login never --only-session-end | complete
    if $renewal.exit_code == 0 { __aws_sso_apply $renewal.stdout }
    if $"($env.AWS_SSO_SESSION_END?)" != $end { return }
    let minutes = $left / 60 | math ceil
    print --stderr ($"aws-sso: your sign-in may end in about ($minutes) minutes; " +
        "run: __aws_sso_command__ login --force")
}
# <<< hook
# A module has one such block. Loaded a second time, what it adds takes the place of the first.
export-env {
    # >>> hook
    $env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt
        | where {|hook| ($hook | describe --detailed).type != record or "aws_sso" not-in ($hook | columns) }
        | append { aws_sso: true, code: {|| __aws_sso_hook } })
    # <<< hook
    # >>> key
    # A key that picks a role while a command is being typed. The empty line keeps the prompt from being drawn over what
    # pick says.
    $env.config.keybindings = ($env.config.keybindings | where name != aws_sso_pick | append {
        name: aws_sso_pick,
        __AWS_SSO_KEY__,
        mode: [emacs vi_normal vi_insert],
        event: { send: executehostcommand, cmd: "__aws_sso_command__ pick; print ''" },
    })
    # <<< key
}
