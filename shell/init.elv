# The awsso function for Elvish 0.19 and later. `aws-sso init elvish` fills in the program's path and the function's
# name, and leaves out all comments and the marked parts that the user did not ask for. So comments need lines of their
# own. Where a program fails, Elvish shows the line of this code that runs it: so such lines are short.
#
# `eval` runs it in a namespace of its own: only what `edit:add-var` adds is seen at the prompt.

use math
use platform
use re
use str

var __aws_sso_null = (if $platform:is-windows { put NUL } else { put /dev/null })
var __aws_sso_program~ = (external __AWS_SSO_PROGRAM__)
# What the prompt has shown, so that it is shown once.
var __aws_sso_noticed = ""
var __aws_sso_session_noticed = ""

fn __aws_sso_command__ {|@words|
    # Options of all verbs may stand before the verb. These take a value, which is no verb.
    var valued = [ -p -vp -qp -vqp -qvp --profile --login -r --rolearn --role ]
    var at = (num 0)
    while (and (< $at (count $words)) (str:has-prefix $words[$at] -) (not-eq $words[$at] -)) {
        set at = (+ $at (if (has-value $valued $words[$at]) { put 2 } else { put 1 }))
    }
    set at = (if (< $at (count $words)) { put $at } else { count $words })
    var verb = (if (< $at (count $words)) { put $words[$at] } else { put "" })
    var after = (if (eq $verb "") { put $at } else { + $at 1 })
    var first rest = $words[..$after] $words[$after..]
    if (has-value [use pick - region refresh clear logout] $verb) {
        # A program that fails raises an exception here, and nothing is evaluated.
        eval (__aws_sso_program $@first --shell elvish $@rest | slurp)
    # >>> renewal
    } elif (eq $verb login) {
        # The prompt can renew the credentials again.
        set __aws_sso_noticed = ""
        __aws_sso_program $@words
    # <<< renewal
    } elif (eq $verb doctor) {
        # Only this shell knows the version of its function, and whether Tab completes its arguments.
        var mark = elvish:__AWS_SSO_VERSION__
        # >>> completion
        set mark = $mark":tab"
        # <<< completion
        __aws_sso_program $@first --function $mark $@rest
    } else {
        __aws_sso_program $@words
    }
}
# >>> completion
fn __aws_sso_complete {|@words|
    # What comes after `exec … --` is completed as a line of its own.
    var own = (count [(each {|word| if (eq $word --) { break }; put $word } $words)])
    if (and (< $own (- (count $words) 1)) (has-value $words[..$own] exec)) {
        var rest = $words[$own..]
        edit:complete-sudo $@rest
        return
    }
    # Elvish matches and quotes.
    __aws_sso_program complete --shell elvish -- $@words 2>$__aws_sso_null | each {|line|
        var value help = (str:split &max=2 "\t" $line)
        edit:complex-candidate $value &display=(if (eq $help "") { put $value } else { put $value"  "$help })
    }
}
# <<< completion
# >>> hook
# Runs before each prompt: shows a message, or renews the credentials, when they expire within five minutes, and shows
# another when the session of the sign-in ends within fifteen. Elvish has no clock: it starts `date`, once, if the shell
# has a role of which nothing has been shown yet, and no other process before something is due. Windows has no `date`.
var __aws_sso_now = ""
fn __aws_sso_left {|time|
    if (eq $__aws_sso_now "") { set __aws_sso_now = (e:date +%s) }
    - $time $__aws_sso_now
}
fn __aws_sso_is_due {|time noticed seconds|
    # Not known, already shown, or not set by `use`.
    and (re:match "\\A[1-9][0-9]{0,12}\\z" $time) (not-eq $time $noticed) (<= (__aws_sso_left $time) $seconds)
}
# Renews without a word, and gives the exit status.
fn __aws_sso_renew {|@options|
    try {
        __aws_sso_command__ refresh --login never $@options >$__aws_sso_null 2>&1
        put (num 0)
    } catch error {
        try { put $error[reason][exit-status] } catch { put (num 1) }
    }
}
fn __aws_sso_expiring {
    var until = $E:AWS_SSO_EXPIRATION
    # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
    set __aws_sso_noticed = $until
    # >>> renewal
    var renewal = (__aws_sso_renew)
    if (not-eq $E:AWS_SSO_EXPIRATION $until) { return }
    if (== $renewal 3) {
        # A name that needs quotes is left out: AWS_SSO_SESSION leads `login` there as well.
        var session = $E:AWS_SSO_SESSION
        var is-plain = (re:match "\\A[A-Za-z0-9._][A-Za-z0-9._-]*\\z" $session)
        var option = (if $is-plain { put " -p "$session } else { put "" })
        echo "aws-sso: your sign-in has ended; run: __aws_sso_command__ login"$option >&2
        return
    }
    # <<< renewal
    var what = (if (> (__aws_sso_left $until) 0) { put "expire within 5 minutes" } else { put "have expired" })
    echo "aws-sso: your credentials "$what"; run: __aws_sso_command__ refresh" >&2
}
fn __aws_sso_ending {
    var end = $E:AWS_SSO_SESSION_END
    var left = (__aws_sso_left $end)
    set __aws_sso_session_noticed = $end
    # What was expected has not happened, or was not seen: there is nothing to warn of any more.
    if (<= $left 0) { return }
    # Somebody may have signed in since this shell entered its role.
    nop (__aws_sso_renew --only-session-end)
    if (not-eq $E:AWS_SSO_SESSION_END $end) { return }
    var minutes = (math:ceil (/ $left 60))
    echo "aws-sso: your sign-in may end in about "$minutes" minutes; "^
        "run: __aws_sso_command__ login --force" >&2
}
fn __aws_sso_hook {
    set __aws_sso_now = ""
    if (__aws_sso_is_due $E:AWS_SSO_EXPIRATION $__aws_sso_noticed 300) { __aws_sso_expiring }
    # It may be another now: the renewal also says what is known about the session.
    if (__aws_sso_is_due $E:AWS_SSO_SESSION_END $__aws_sso_session_noticed 900) { __aws_sso_ending }
}
# <<< hook
# A script has no editor, whose variables this code must not even name there.
if (eq (resolve edit:add-var) "$edit:add-var~") {
    edit:add-var __aws_sso_command__~ $__aws_sso_command__~
    # >>> completion
    eval "
        set edit:completion:arg-completer[__aws_sso_command__] = $complete~
        set edit:completion:arg-completer[aws-sso] = $complete~
    " &ns=(ns [&complete~=$__aws_sso_complete~])
    # <<< completion
    # Loaded a second time, what it adds takes the place of the first.
    var is-other~ = {|hook| try { not (str:contains $hook[body] __aws_sso_) } catch { put $true } }
    eval "
        set edit:before-readline = [(each {|hook| if (is-other $hook) { put $hook } } $edit:before-readline)]
    " &ns=(ns [&is-other~=$is-other~])
    # >>> hook
    if (not $platform:is-windows) {
        eval "set edit:before-readline = [$@edit:before-readline $hook]" &ns=(ns [&hook={ __aws_sso_hook }])
    }
    # <<< hook
    # >>> key
    # A key that picks a role while a command is being typed. What is typed stands at the next prompt again.
    eval "
        var __aws_sso_typed = \"\"
        set edit:insert:binding[__AWS_SSO_KEY__] = {
            set __aws_sso_typed = $edit:current-command
            set edit:current-command = \"__aws_sso_command__ pick\"
            edit:return-line
        }
        set edit:before-readline = [$@edit:before-readline {
            if (not-eq $__aws_sso_typed \"\") {
                set edit:current-command = $__aws_sso_typed
                set __aws_sso_typed = \"\"
            }
        }]
    "
    # <<< key
}
