# The awsso alias for xonsh 0.13 and later, in plain Python. `aws-sso init xonsh` fills in the program's path and the
# alias's name, and leaves out all comments and the marked parts that the user did not ask for. So comments need lines
# of their own.


# All names are within a function, so that the user's session has no others than before.
def __aws_sso_load():
    import json
    import os
    import re
    import subprocess
    import sys
    import time
    from xonsh.built_ins import XSH
    from xonsh.events import events
    from xonsh.procs.proxies import ProcProxy, ProcProxyThread

    program = __AWS_SSO_PROGRAM__
    changing = {'use', 'pick', '-', 'region', 'refresh', 'clear', 'logout'}
    # Options of all verbs may stand before the verb. These take a value, which is no verb.
    with_value = {'-p', '-vp', '-qp', '-vqp', '-qvp', '--profile', '--login', '-r', '--rolearn', '--role'}
    noticed = {}

    def find_verb(words):
        at = 0
        while at < len(words):
            word = words[at]
            at += 2 if word in with_value else 1
            if word == '-' or not word.startswith('-'):
                return word, at
        return '', len(words)

    def wait(process):
        # Ctrl-C reaches the program as well, which says what comes of it.
        while True:
            try:
                return process.communicate()[0]
            except KeyboardInterrupt:
                pass

    def file_of(stream):
        try:
            stream.flush()
            stream.fileno()
            return stream
        except (AttributeError, OSError, ValueError):
            return None

    # What such a verb prints is data, and never run: the variables, or a text to print.
    def change(words, stdin=None, stdout=None, stderr=None, own=()):
        _, at = find_verb(words)
        process = subprocess.Popen(
            [program, *words[:at], '--shell', 'xonsh', *words[at:]],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=file_of(stderr),
            env=XSH.env.detype(),
        )
        text = wait(process).decode('utf-8')
        # Help is no change.
        if process.returncode != 0 or not text:
            return process.returncode
        values = json.loads(text)
        if isinstance(values, str):
            # Where xonsh reads it in another thread, a text that comes late may be lost.
            print(values, file=stdout, flush=True)
            return 0
        for name in values:
            # xonsh would give it back its value after this command.
            if name in own:
                print(f'aws-sso: {name} belongs to this command alone: nothing is changed', file=stderr or sys.stderr)
                return 2
        for name, value in values.items():
            if value is None:
                XSH.env.pop(name, None)
            else:
                XSH.env[name] = value
        return 0

    def awsso(args, stdin=None, stdout=None, stderr=None, spec=None):
        return change(args, stdin, stdout, stderr, getattr(spec, 'env', None) or ())

    # Only this shell knows the version of its alias, and whether Tab completes its arguments.
    def mark(args):
        verb, at = find_verb(args)
        # >>> renewal
        if verb == 'login':
            # The prompt can renew the credentials again.
            noticed.pop('AWS_SSO_EXPIRATION', None)
        # <<< renewal
        if verb != 'doctor':
            return args
        mark = 'xonsh:__AWS_SSO_VERSION__'
        # >>> completion
        mark += ':tab' if '__aws_sso_command__' in XSH.completers else ':no-tab'
        # <<< completion
        return [*args[:at], '--function', mark, *args[at:]]

    # The alias stands for the program, which xonsh runs as any other. Only where a verb changes this shell, a function
    # of this shell takes its place: in the main thread, or, where xonsh reads its output meanwhile, in another.
    def prepare(spec, **_):
        if spec.alias_name != '__aws_sso_command__' or callable(spec.alias):
            return
        args = spec.cmd[1:]
        if find_verb(args)[0] not in changing:
            spec.cmd = [spec.cmd[0], *mark(args)]
            return
        if spec.background:
            print('aws-sso: in the background no verb changes this shell: leave out the &', file=sys.stderr)
            spec.alias = lambda: 2
        else:
            spec.alias = awsso
        is_read = not spec.last_in_pipeline or spec.captured in ('stdout', 'object')
        spec.cmd = args
        spec.is_proxy = True
        spec.threadable = is_read
        spec.cls = ProcProxyThread if is_read else ProcProxy

    # Handlers of an earlier load have the same names.
    def listen(event, handler, name):
        handler.__name__ = name
        for other in [other for other in event if getattr(other, '__name__', None) == name]:
            event.discard(other)
        event(handler)

    XSH.aliases['__aws_sso_command__'] = [program]
    run = getattr(events, 'on_pre_spec_run_' + os.path.basename(program))
    listen(run, prepare, '__aws_sso_prepare___aws_sso_command__')

    # >>> completion
    from xonsh.completers.completer import add_one_completer
    from xonsh.completers.tools import RichCompletion, contextual_command_completer
    from xonsh.parsers.completion_context import CompletionContext

    @contextual_command_completer
    def complete(context):
        words = [word.value for word in context.args[: context.arg_index]]
        # At the prompt xonsh has put the program in place of the alias.
        if not words or words[0] not in (program, '__aws_sso_command__', 'aws-sso'):
            return None
        if 'exec' in words and '--' in words[words.index('exec') :]:
            # What comes after `exec … --` is completed as a line of its own.
            start = words.index('--', words.index('exec')) + 1
            rest = context._replace(args=context.args[start:], arg_index=context.arg_index - start)
            return XSH.shell.shell.completer.complete_from_context(CompletionContext(rest))
        answer = subprocess.run(
            [program, 'complete', '--shell', 'xonsh', '--', *words, context.prefix],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=XSH.env.detype(),
        )
        length = len(context.opening_quote) + len(context.prefix)
        found = []
        for line in answer.stdout.decode('utf-8', 'replace').splitlines():
            inserted, shown, description = (line.split('\t') + ['', ''])[:3]
            found.append(
                RichCompletion(
                    inserted,
                    prefix_len=length,
                    display=shown,
                    description=description,
                    append_closing_quote=False,
                    append_space=not inserted.endswith('='),
                )
            )
        return set(found)

    add_one_completer('__aws_sso_command__', complete, 'start')
    # <<< completion

    # >>> hook
    # Whether a time is at most so many seconds away, and not the last one shown.
    def is_due(name, seconds):
        value = str(XSH.env.get(name, ''))
        # Not known, or not set by `use`.
        if not re.fullmatch('[1-9][0-9]{0,12}', value) or noticed.get(name) == value:
            return False
        return int(value) - time.time() <= seconds

    def quietly(words):
        with open(os.devnull, 'r+b') as nothing:
            return change(words, nothing, nothing, nothing)

    def say(line):
        print(f'aws-sso: {line}', file=sys.stderr)

    def expiring():
        name = 'AWS_SSO_EXPIRATION'
        until = str(XSH.env[name])
        # Set before the renewal: if that fails or is interrupted, it is not tried again at the next prompt.
        noticed[name] = until
        # >>> renewal
        status = quietly(['refresh', '--login', 'never'])
        if str(XSH.env.get(name, '')) != until:
            return
        if status == 3:
            # A name that needs quotes is left out: AWS_SSO_SESSION leads `login` there as well.
            session = str(XSH.env.get('AWS_SSO_SESSION', ''))
            option = f' -p {session}' if re.fullmatch('[A-Za-z0-9._][A-Za-z0-9._-]*', session) else ''
            say(f'your sign-in has ended; run: __aws_sso_command__ login{option}')
            return
        # <<< renewal
        what = 'expire within 5 minutes' if int(until) > time.time() else 'have expired'
        say(f'your credentials {what}; run: __aws_sso_command__ refresh')

    def ending():
        name = 'AWS_SSO_SESSION_END'
        end = str(XSH.env[name])
        noticed[name] = end
        left = int(end) - time.time()
        # What was expected has not happened, or was not seen: there is nothing to warn of any more.
        if left <= 0:
            return
        # Somebody may have signed in since this shell entered its role.
        status = quietly(['refresh', '--login', 'never', '--only-session-end'])
        if status == 0 and str(XSH.env.get(name, '')) != end:
            return
        minutes = int((left + 59) // 60)
        say(
            f'your sign-in may end in about {minutes} minutes; run: '
            '__aws_sso_command__ login --force'
        )

    # Runs before each prompt: shows a message, or renews the credentials, when they expire within five minutes, and
    # shows another when the session of the sign-in ends within fifteen. Before that it starts no process.
    def hook(**_):
        if is_due('AWS_SSO_EXPIRATION', 300):
            expiring()
        # It may be another now: the renewal also says what is known about the session.
        if is_due('AWS_SSO_SESSION_END', 900):
            ending()

    listen(events.on_pre_prompt, hook, '__aws_sso_hook')
    # <<< hook

    # >>> key
    # A key that picks a role while a command is being typed.
    def bind(bindings, **_):
        from prompt_toolkit.application import run_in_terminal

        @bindings.add(*'__AWS_SSO_KEY__'.split())
        def pick(event):
            run_in_terminal(lambda: change(['pick']))

    listen(events.on_ptk_create, bind, '__aws_sso_bind')
    # <<< key


__aws_sso_load()
del __aws_sso_load
