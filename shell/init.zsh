# The awsso function for zsh 5 and later. `aws-sso init zsh` fills in the program and the function's name, and leaves out
# these comments and the marked parts that were not asked for. A comment has a line of its own.
# Aliases of the words used here, global ones too, are side-stepped with backslashes and quotes.

\builtin unalias '__aws_sso_command__' >/dev/null 2>&1 || \builtin :
function '__aws_sso_command__' {
  case "${1-}" in
    ('use'|'pick'|'clear'|'refresh')
      # Declared before it is assigned: `local x=$(…)` would hide the status.
      \builtin local __aws_sso_verb="$1" __aws_sso_code __aws_sso_status='0'
      \builtin shift
      {
        __aws_sso_code="$(__AWS_SSO_PROGRAM__ "$__aws_sso_verb" '--shell' 'zsh' "$@")" || __aws_sso_status="$?"
      } always {
        # Ctrl-C interrupts zsh as well, which then would not know of a status.
        if (( TRY_BLOCK_INTERRUPT > 0 )); then
          TRY_BLOCK_INTERRUPT='0'
          __aws_sso_status='130'
          # What follows on the line is not to run either: zsh sees that from a program that the signal ends.
          \command sh -c 'kill -INT $$'
        fi
      }
      if (( __aws_sso_status )); then \builtin return "$__aws_sso_status"; fi
      \builtin eval "$__aws_sso_code"
      ;;
    ('doctor')
      # What only this shell knows: that it has the function, of which version, and whether Tab knows it.
      \builtin local __aws_sso_mark='zsh:__AWS_SSO_VERSION__'
      # >>> completion
      if (( ${+_comps[__aws_sso_command__]} )); then __aws_sso_mark="${__aws_sso_mark}:tab"; else __aws_sso_mark="${__aws_sso_mark}:no-tab"; fi
      # <<< completion
      \builtin shift
      __AWS_SSO_PROGRAM__ doctor --function "$__aws_sso_mark" "$@"
      ;;
    (*)
      __AWS_SSO_PROGRAM__ "$@"
      ;;
  esac
}
# >>> completion
function '__aws_sso_complete' {
  \builtin emulate -L zsh
  \builtin local -a __aws_sso_values __aws_sso_shown
  \builtin local __aws_sso_line
  for __aws_sso_line in "${(@f)$(__AWS_SSO_PROGRAM__ complete --shell zsh -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}"; do
    if [[ -z "$__aws_sso_line" ]]; then continue; fi
    __aws_sso_values+=("${__aws_sso_line%%$'\t'*}")
    __aws_sso_shown+=("${__aws_sso_line/$'\t'/  }")
  done
  compadd -l -d __aws_sso_shown -a __aws_sso_values
}
# compinit may come later in the start-up file, or once more: so the first prompt tells it, too.
function '__aws_sso_compdef' {
  if (( ! ${+functions[compdef]} )); then \builtin return 0; fi
  compdef '__aws_sso_complete' '__aws_sso_command__' 'aws-sso'
  if (( ${+precmd_functions} )); then precmd_functions=("${(@)precmd_functions:#__aws_sso_compdef}"); fi
}
if [[ -o 'interactive' ]]; then
  __aws_sso_compdef
  \builtin typeset -ga precmd_functions
  if [[ -z "${(M)precmd_functions[@]:#__aws_sso_compdef}" ]]; then
    precmd_functions+=('__aws_sso_compdef')
  fi
fi
# <<< completion
# >>> hook
# Before each prompt: a word, or a renewal, when the credentials have five minutes left. Until then it starts no process.
function '__aws_sso_hook' {
  \builtin emulate -L zsh
  \builtin local __aws_sso_until="${AWS_SSO_EXPIRATION-}" __aws_sso_now __aws_sso_what='end within 5 minutes'
  case "$__aws_sso_until" in
    # Nothing due, said already, or not what `use` has set: arithmetic would run what stands in it.
    (''|0*|*[!0123456789]*|??????????????*|"${__AWS_SSO_NOTICED-}") \builtin return ;;
  esac
  # The time as a prompt shows it: zsh/datetime would leave its parameters behind.
  __aws_sso_now="${(%):-%D{%s\}}"
  if (( __aws_sso_until - __aws_sso_now > 300 )); then \builtin return; fi
  # Before the renewal, which may fail or be interrupted and is not to be tried again before each prompt.
  \builtin typeset -g __AWS_SSO_NOTICED="$__aws_sso_until"
  # >>> renewal
  if '__aws_sso_command__' refresh --login never >/dev/null 2>&1 && [[ "${AWS_SSO_EXPIRATION-}" != "$__aws_sso_until" ]]; then
    \builtin return
  fi
  # <<< renewal
  if (( __aws_sso_until <= __aws_sso_now )); then __aws_sso_what='have expired'; fi
  \builtin print -ru2 -- "aws-sso: the credentials of this shell $__aws_sso_what; run: __aws_sso_command__ refresh"
}
# zsh gives $? and pipestatus back after each of these functions. add-zsh-hook would do the same, if it is on fpath.
if [[ -o 'interactive' ]]; then
  \builtin typeset -ga precmd_functions
  if [[ -z "${(M)precmd_functions[@]:#__aws_sso_hook}" ]]; then
    precmd_functions+=('__aws_sso_hook')
  fi
fi
# <<< hook
