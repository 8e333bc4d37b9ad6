# The awsso function for zsh 5 and later. `aws-sso init zsh` fills in the program's path and the function's name, and
# leaves out all comments and the marked parts that the user did not ask for. So comments need lines of their own.
# Backslashes and quotes keep the user's aliases, global ones too, from replacing the words of this code.

# Under `emulate sh` zsh has no parameters such as `aliases`. With -m a name that is none is no error.
\builtin unalias -m '__aws_sso_command__' || \builtin :
function '__aws_sso_command__' {
  if [[ -o 'restricted' ]]; then
    \builtin print -ru2 -l -- 'aws-sso: a restricted shell cannot run __aws_sso_command__' \
      '  run: eval "$(aws-sso env ROLE)"   # or aws-sso, for what changes no shell'
    \builtin return '2'
  fi
  \builtin local __aws_sso_verb='' __aws_sso_at='0'
  # Options of all verbs may stand before the verb. These take a value, which is no verb.
  while (( __aws_sso_at < $# )) && [[ -z "$__aws_sso_verb" ]]; do
    (( __aws_sso_at += 1 ))
    case "${@:$__aws_sso_at:1}" in
      ('-p'|'-vp'|'-qp'|'-vqp'|'-qvp'|'--profile'|'--login'|'-r'|'--rolearn'|'--role') (( __aws_sso_at += 1 )) ;;
      ('-'?*) ;;
      (*) __aws_sso_verb="${@:$__aws_sso_at:1}" ;;
    esac
  done
  case "$__aws_sso_verb" in
    ('use'|'pick'|'-'|'region'|'refresh'|'clear'|'logout')
      # Declared first, since `local x=$(…)` would hide the status of the command.
      \builtin local __aws_sso_code __aws_sso_status='0' __aws_sso_interrupted='0'
      # The code holds secrets, which neither a trace nor a DEBUG trap may show. All of it is restored at the end.
      \builtin setopt localoptions localtraps noxtrace noverbose
      \builtin trap - DEBUG
      \builtin set -- "${@:1:$__aws_sso_at}" '--shell' 'zsh' "${@:$(( __aws_sso_at + 1 ))}"
      {
        __aws_sso_code="$(__AWS_SSO_PROGRAM__ "$@")" || __aws_sso_status="$?"
      } always {
        # Ctrl-C interrupts zsh too, before it assigns a status.
        if (( TRY_BLOCK_INTERRUPT > 0 )); then
          TRY_BLOCK_INTERRUPT='0'
          __aws_sso_status='130'
          __aws_sso_interrupted='1'
        fi
      }
      # The rest of the line must not run either: zsh drops it when SIGINT ends a program. For a key there is no rest.
      if (( __aws_sso_interrupted && ! ${+WIDGET} )); then \command sh -c 'kill -INT $$'; fi
      if (( __aws_sso_status )); then \builtin return "$__aws_sso_status"; fi
      \builtin eval "$__aws_sso_code"
      ;;
    # >>> renewal
    ('login')
      # The prompt can renew the credentials again.
      \builtin typeset -g __AWS_SSO_NOTICED=''
      __AWS_SSO_PROGRAM__ "$@"
      ;;
    # <<< renewal
    ('doctor')
      # Only this shell knows the version of its function, and whether Tab completes its arguments.
      \builtin local __aws_sso_mark='zsh:__AWS_SSO_VERSION__'
      # >>> completion
      if (( ${+_comps[__aws_sso_command__]} )); then
        __aws_sso_mark="${__aws_sso_mark}:tab"
      else
        __aws_sso_mark="${__aws_sso_mark}:no-tab"
      fi
      # <<< completion
      __AWS_SSO_PROGRAM__ "${@:1:$__aws_sso_at}" '--function' "$__aws_sso_mark" "${@:$(( __aws_sso_at + 1 ))}"
      ;;
    (*)
      __AWS_SSO_PROGRAM__ "$@"
      ;;
  esac
}
# Adds a function ($1) to those that run before a prompt, once. zsh restores $? and pipestatus after each of them.
# add-zsh-hook does the same, but may not be on fpath. Under the user's own -u an empty array would not be set.
function '__aws_sso_before_prompts' {
  \builtin emulate -L zsh
  \builtin typeset -ga precmd_functions
  if [[ -z "${(M)precmd_functions[@]:#$1}" ]]; then precmd_functions+=("$1"); fi
}
# >>> completion
function '__aws_sso_complete' {
  \builtin local __aws_sso_at=''
  __aws_sso_offer || \builtin return
  # The command of `exec` is completed as a line of its own.
  if [[ -n "$__aws_sso_at" ]]; then
    words=("${(@)words[__aws_sso_at + 1, -1]}")
    (( CURRENT -= __aws_sso_at ))
    _normal -p exec
  fi
}
function '__aws_sso_offer' {
  \builtin emulate -L zsh
  \builtin local -a __aws_sso_lines __aws_sso_values __aws_sso_shown
  __aws_sso_lines=("${(@f)$(__AWS_SSO_PROGRAM__ complete --shell zsh -- \
    "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX-}" 2>/dev/null)}")
  if [[ -z "$__aws_sso_lines" ]]; then \builtin return 1; fi
  if [[ "$__aws_sso_lines" == $'\t'* ]]; then
    __aws_sso_at="${__aws_sso_lines#?}"
    \builtin return
  fi
  __aws_sso_values=("${(@)__aws_sso_lines%%$'\t'*}")
  __aws_sso_shown=("${(@)__aws_sso_lines/$'\t'/  }")
  # First by the user's own rules alone, then without regard to case, then by a part of the name.
  \builtin local -a __aws_sso_rules
  if [[ -n "${_matcher-}" ]]; then __aws_sso_rules=('-M' "$_matcher"); fi
  \builtin local __aws_sso_case='m:{[:lower:][:upper:]}={[:upper:][:lower:]}'
  compadd "${(@)__aws_sso_rules}" -l -d __aws_sso_shown -a __aws_sso_values ||
    compadd -l -M "$__aws_sso_case" -d __aws_sso_shown -a __aws_sso_values ||
    compadd -l -M "$__aws_sso_case l:|=* r:|=*" -d __aws_sso_shown -a __aws_sso_values
}
# The start-up file may call compinit later, or again, so this also runs before the first prompt.
function '__aws_sso_compdef' {
  # Under KSH_ARRAYS the array below would be its first element, and WARN_NESTED_VAR would report that it is changed.
  \builtin emulate -LR zsh
  if (( ! ${+functions[compdef]} )); then \builtin return 0; fi
  compdef '__aws_sso_complete' '__aws_sso_command__' 'aws-sso'
  if (( ${+precmd_functions} )); then precmd_functions=("${(@)precmd_functions:#__aws_sso_compdef}"); fi
}
if [[ -o 'interactive' ]]; then
  __aws_sso_compdef
  __aws_sso_before_prompts '__aws_sso_compdef'
fi
# <<< completion
# >>> hook
# Runs before each prompt: shows a message, or renews the credentials, when they expire within five minutes, and shows
# another when the session of the sign-in ends within fifteen. Before that it starts no process.
function '__aws_sso_hook' {
  \builtin emulate -L zsh
  # While powerlevel10k shows its instant prompt, it takes any word for an error. It ends that before the next one.
  if (( ${+__p9k_instant_prompt_active} )); then \builtin return 0; fi
  \builtin local __aws_sso_now=''
  if __aws_sso_is_due "${AWS_SSO_EXPIRATION-}" "${__AWS_SSO_NOTICED-}" '300'; then __aws_sso_expiring; fi
  # It may be another now: the renewal also says what is known about the session.
  if __aws_sso_is_due "${AWS_SSO_SESSION_END-}" "${__AWS_SSO_SESSION_NOTICED-}" '900'; then __aws_sso_ending; fi
  if [[ -n "${AWS_PROFILE-}" ]] && __aws_sso_has_new_profile; then
    \builtin print -ru2 -- 'aws-sso: AWS_PROFILE was set after __aws_sso_command__ use; to see which credentials' \
      'programs take, run: aws-sso status; for the profile alone, run: __aws_sso_command__ clear'
  fi
}
# Whether programs see a profile beside the keys of `use`, for the first time with this role.
function '__aws_sso_has_new_profile' {
  [[ -n "${AWS_SSO_ORIGIN-}" && "${AWS_ACCESS_KEY_ID-}" == "$AWS_SSO_ORIGIN" && "${(t)AWS_PROFILE}" == *'export'* &&
    "${AWS_SSO_ROLE_ARN-}" != "${__AWS_SSO_PROFILE_NOTICED-}" ]] || \builtin return 1
  \builtin typeset -g __AWS_SSO_PROFILE_NOTICED="${AWS_SSO_ROLE_ARN-}"
}
# Whether a time ($1) that is not the last one shown ($2) is at most so many seconds ($3) away.
function '__aws_sso_is_due' {
  case "$1" in
    # Not known, already shown, or not set by `use`: zsh arithmetic would execute code in such a value.
    (''|0*|*[!0123456789]*|??????????????*|"$2") \builtin return 1 ;;
  esac
  # The time by prompt expansion, since loading zsh/datetime would define parameters in the user's shell.
  __aws_sso_now="${(%):-%D{%s\}}"
  (( $1 - __aws_sso_now <= $3 ))
}
function '__aws_sso_expiring' {
  \builtin local __aws_sso_until="$AWS_SSO_EXPIRATION" __aws_sso_what='expire within 5 minutes'
  # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
  \builtin typeset -g __AWS_SSO_NOTICED="$__aws_sso_until"
  # >>> renewal
  \builtin local __aws_sso_renewal='0' __aws_sso_option=''
  '__aws_sso_command__' refresh --login never >/dev/null 2>&1 || __aws_sso_renewal="$?"
  if [[ "${AWS_SSO_EXPIRATION-}" != "$__aws_sso_until" ]]; then \builtin return; fi
  if (( __aws_sso_renewal == 3 )); then
    # A name that needs quotes is left out: AWS_SSO_SESSION leads `login` there as well.
    case "${AWS_SSO_SESSION-}" in
      (''|-*|*[^[:alnum:]._-]*) ;;
      (*) __aws_sso_option=" -p $AWS_SSO_SESSION" ;;
    esac
    \builtin print -ru2 -- "aws-sso: your sign-in has ended; run: __aws_sso_command__ login$__aws_sso_option"
    \builtin return
  fi
  # <<< renewal
  if (( __aws_sso_until <= __aws_sso_now )); then __aws_sso_what='have expired'; fi
  \builtin print -ru2 -- "aws-sso: your credentials $__aws_sso_what; run: __aws_sso_command__ refresh"
}
function '__aws_sso_ending' {
  \builtin local __aws_sso_end="$AWS_SSO_SESSION_END" __aws_sso_minutes
  \builtin typeset -g __AWS_SSO_SESSION_NOTICED="$__aws_sso_end"
  # What was expected has not happened, or was not seen: there is nothing to warn of any more.
  if (( __aws_sso_end <= __aws_sso_now )); then \builtin return; fi
  # Somebody may have signed in since this shell entered its role.
  if '__aws_sso_command__' refresh --login never --only-session-end >/dev/null 2>&1 &&
    [[ "${AWS_SSO_SESSION_END-}" != "$__aws_sso_end" ]]; then
    \builtin return
  fi
  __aws_sso_minutes="$(( (__aws_sso_end - __aws_sso_now + 59) / 60 ))"
  \builtin print -ru2 -- "aws-sso: your sign-in may end in about $__aws_sso_minutes minutes;" \
    "run: __aws_sso_command__ login --force"
}
if [[ -o 'interactive' ]]; then
  __aws_sso_before_prompts '__aws_sso_hook'
  # What this shell has inherited was said in the one that it comes from.
  if [[ -n "${AWS_PROFILE-}" ]]; then __aws_sso_has_new_profile || \builtin :; fi
fi
# <<< hook
# >>> key
# A key that picks a role while a command is being typed.
function '__aws_sso_pick_by_key' {
  \builtin local __aws_sso_function
  # What the program writes stands below the line, which zsh then draws again, with a new prompt.
  \builtin zle -I
  if '__aws_sso_command__' pick </dev/tty; then
    # Many prompts are made by functions that run before a prompt, and not when it is drawn again.
    for __aws_sso_function in 'precmd' "${precmd_functions[@]-}"; do
      if (( ${+functions[$__aws_sso_function]} )); then "$__aws_sso_function"; fi
    done
  fi
}
# Under `emulate sh` zsh loads the module only later.
if [[ -o 'interactive' && -o 'zle' ]] && \builtin zmodload 'zsh/zle'; then
  \builtin zle -N '__aws_sso_pick_by_key'
  \builtin bindkey -M 'emacs' '__AWS_SSO_KEY__' '__aws_sso_pick_by_key'
  \builtin bindkey -M 'viins' '__AWS_SSO_KEY__' '__aws_sso_pick_by_key'
  \builtin bindkey -M 'vicmd' '__AWS_SSO_KEY__' '__aws_sso_pick_by_key'
fi
# <<< key
