# Sourced by run and demo: a desk of Mustermann's, the maker of video recorders, in a folder that is thrown away.
#
#     begin_desk [OPTION...]   builds, sets up, serves; the options go to `zurufd serve`. Then there are
#                              $desk the folder, $bin the programs, $port, $pin the certificate's,
#                              $meier $schulze $mustermann the passwords
#     bring_in FILE...         mails, through the intake, as a mail server would hand them over
#     end_desk                 what the trap calls: the server ends, the folder goes
#
# The debug build serves: it takes half the time of a release build, and ./test needs the same one.

host=desk.mustermann.example
server=
desk=

begin_desk() {
    swift build >&2
    bin=$(swift build --show-bin-path)
    trap end_desk EXIT
    trap 'exit 0' INT TERM HUP PIPE
    desk=$(mktemp -d "${TMPDIR:-/tmp}/zuruf.XXXXXX")
    set_up
    serve "$@"
}

end_desk() {
    trap '' INT TERM HUP PIPE
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || :
        wait "$server" 2>/dev/null || :
    fi
    [ -z "$desk" ] || rm -rf "$desk"
}

set_up() {
    mustermann=$(password) meier=$(password) schulze=$(password)
    echo "$mustermann" | zurufd init --host $host --admin mustermann --password-stdin >"$desk/init"
    pin=$(sed -n 's|^certificate pin: ||p' "$desk/init")
    zurufd queue set inbox --address hilfe@mustermann.example
    zurufd queue add recorder --address rekorder@mustermann.example
    echo "$meier" | zurufd agent add meier --password-stdin --rights '*=rwm'
    echo "$schulze" | zurufd agent add schulze --password-stdin --rights '*=rwm'
}

zurufd() {
    command=$1
    shift
    case $command in
    queue | agent | clock)
        command="$command $1"
        shift
        ;;
    esac
    # shellcheck disable=SC2086 # `agent add` is two words
    "$bin/zurufd" $command --state "$desk/state" "$@"
}

# Readable, and not to be guessed by the neighbour on the same machine.
password() {
    od -An -N5 -tx1 /dev/urandom | tr -d ' \n'
}

# Ports are tried from 6789 on, because the newcomer may have a desk already.
serve() {
    port=6789
    # Messages go to a folder unless a mail server is named.
    case " $* " in
    *" --smarthost"*) ;;
    *) set -- --outgoing "$desk/outgoing" "$@" ;;
    esac
    while [ $port -lt 6799 ]; do
        "$bin/zurufd" serve --state "$desk/state" --host $host --listen "127.0.0.1:$port" \
            "$@" >"$desk/log" 2>&1 &
        server=$!
        until grep -q "listening on 127.0.0.1:$port" "$desk/log"; do
            kill -0 "$server" 2>/dev/null || break
            sleep 0.05
        done
        kill -0 "$server" 2>/dev/null && return
        wait "$server" || :
        server=
        grep -q 'in use' "$desk/log" || break
        port=$((port + 1))
    done
    cat "$desk/log" >&2
    echo "zurufd did not start." >&2
    exit 1
}

bring_in() {
    for mail; do
        sender=$(sed -n 's/^Return-Path: <\(.*\)>.*/\1/p;/^$/q' "$mail")
        recipient=$(sed -n 's/.*for <\(.*\)>;.*/\1/p;/^$/q' "$mail")
        zurufd deliver --from "$sender" "${recipient:-hilfe@mustermann.example}" <"$mail"
    done
}
