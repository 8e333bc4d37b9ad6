# The awsso function for Elvish 0.19 and later. `aws-sso init elvish` fills in the program's path and the function's
# name, and leaves out all comments and the marked parts that the user did not ask for. So comments need lines of their
# own. `eval` runs it in a namespace of its own: only what `edit:add-var` adds is seen at the prompt.

use str

var __aws_sso_program~ = (external __AWS_SSO_PROGRAM__)
# What the prompt has shown, so that it is shown once.
var __aws_sso_noticed = ''
var __aws_sso_session_noticed = ''

fn __aws_sso_command__ {|@words|
    # Options of all verbs may stand before the verb. These take a value, which is no verb.
    var valued = [ -p -vp -qp -vqp -qvp --profile --login -r --rolearn --role ]
    var at = (num 0)
    while (and (< $at (count $words)) (str:has-prefix $words[$at] -) (not-eq $words[$at] -)) {
        set at = (+ $at (if (has-value $valued $words[$at]) { put 2 } else { put 1 }))
    }
    set at = (if (< $at (count $words)) { put $at } else { count $words })
    var verb = (if (< $at (count $words)) { put $words[$at] } else { put '' })
    var after = (if (eq $verb '') { put $at } else { + $at 1 })
    var first rest = $words[..$after] $words[$after..]
    if (has-value [use pick - region refresh clear logout] $verb) {
        # A program that fails raises an exception here, and nothing is evaluated.
        eval (__aws_sso_program $@first --shell elvish $@rest | slurp)
    # >>> renewal
    } elif (eq $verb login) {
        # The prompt can renew the credentials again.
        set __aws_sso_noticed = ''
        __aws_sso_program $@words
    # <<< renewal
    } elif (eq $verb doctor) {
        # Only this shell knows the version of its function, and whether Tab completes its arguments.
        var mark = elvish:__AWS_SSO_VERSION__
        # >>> completion
        set mark = $mark':tab'
        # <<< completion
        __aws_sso_program $@first --function $mark $@rest
    } else {
        __aws_sso_program $@words
    }
}
