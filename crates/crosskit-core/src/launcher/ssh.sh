# Another machine, reached by ssh. Program, package and what cargo sets for a test are copied into a directory there,
# which goes with the end of the program, of this script, or of the connection.
over_ssh() {
    destination=$1 program=$2
    shift 2
    has ssh || missing ssh "$program" openssh-client ''
    case $program in
        /*) ;;
        *) program=$PWD/$program ;;
    esac
    scratch=$(mktemp -d) || exit 127
    sent='' running='' copying='' master=''
    trap 'rm -rf "$scratch"' EXIT
    trap 'ssh_signal HUP' HUP
    trap 'ssh_signal INT' INT
    trap 'ssh_signal TERM' TERM
    # Writing to a connection that is gone must not end this script.
    trap '' PIPE
    # What runs in the background gets no input, unless it is named.
    exec 5<&0
    ssh_watch
    ssh_collect "$@"
    ssh_copy "$package" package -X "$scratch/left-out"
    ssh_copy "$scratch/files" . -h
    (
        trap '' HUP INT TERM
        while read -r mark event <&4; do
            case "$mark $event" in 'crosskit started') exec rm -rf "$scratch" ;; esac
        done
    ) 3>&- &
    janitor=$!
    ssh_session no "exec sh $there/start" <&5 3>&- 4<&- 5<&- &
    running=$!
    ssh_await "$running"
    code=$ended
    exec 3>&-
    ssh_await "$janitor"
    told=
    while read -r mark event value <&4; do
        case "$mark $event" in 'crosskit ended') told=$value ;; esac
    done
    ssh_await "$master"
    [ -n "$told" ] || ssh_lost "ended before the program did (ssh: $code)"
    case $sent$told in
        HUP129 | INT130 | TERM143) ssh_end_by "$sent" ;;
    esac
    exit "$told"
}

# Becomes a session. Each goes through the socket of the first one, or makes a connection of its own where that does not
# work. Nothing asks: whoever runs tests need not be there to answer.
# shellcheck disable=SC2086,SC2154
ssh_session() {
    exec ssh -T $options -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ClearAllForwardings=yes \
        -o RemoteCommand=none -o ControlMaster="$1" -o ControlPersist=no -o ControlPath="$scratch/socket" \
        "$destination" "$2"
}

# The first session makes the directory, and takes it away at the end of its input, which this script holds open as long
# as it lives. A line of the input is a signal for the program.
#
# The shell that reads a command there may be any. Between single quotes nothing but a quote, a backslash, an exclamation
# mark and the end of a line means something to one of them, so none of these is in it.
ssh_watch() {
    # shellcheck disable=SC2016
    watch='umask 077;
        cd /;
        trap "" HUP INT TERM PIPE;
        command -v tar >/dev/null || { echo "error: there is no tar on this machine" >&2; exit 1; };
        d=$(mktemp -d "${TMPDIR:-/tmp}/crosskit.XXXXXXXX") && mkfifo "$d/events" && mkdir "$d/package" || exit 1;
        exec 8<>"$d/events";
        while read -r event; do
            if [ "$event" = closed ]; then exit; fi;
            echo "crosskit $event";
            if [ "$event" = started ]; then continue; fi;
            kill -KILL "$(cat "$d/group")";
            rm -f "$d/group";
        done <"$d/events" 2>/dev/null &
        echo "crosskit directory $d";
        sent=;
        while read -r signal; do
            sent=$signal;
            kill "-$signal" "$(cat "$d/group")";
        done 2>/dev/null;
        group=$(cat "$d/group" 2>/dev/null);
        if [ -n "$group" ]; then
            for second in $sent ${sent:+more}; do kill -0 "$group" && sleep 1; done;
            kill -KILL "$group";
        fi 2>/dev/null;
        echo closed >&8;
        wait;
        rm -rf "$d" 2>/dev/null || { sleep 1; find "$d" -type d -exec chmod u+rwx {} +; rm -rf "$d"; }'
    watch=$(printf '%s' "$watch" | tr '\n' ' ')
    mkfifo "$scratch/in" "$scratch/out" || exit 127
    (
        trap '' HUP INT TERM
        ssh_session yes "exec sh -c '$watch'" <"$scratch/in" >"$scratch/out" 5<&-
    ) &
    master=$!
    exec 3>"$scratch/in" 4<"$scratch/out"
    there=
    # Whatever else is said comes from the shell's own start there.
    while [ -z "$there" ] && read -r mark event value <&4; do
        case "$mark $event" in 'crosskit directory') there=$value ;; esac
    done
    case $there in
        '') ssh_lost 'made no connection, or no directory there' ;;
        *[!A-Za-z0-9_./-]*) ssh_lost "has its temporary directory in \`$there\`, a name that no shell may see" ;;
    esac
}

# What goes there besides the package: the program, the binaries that cargo names for it, and the script that starts it.
ssh_collect() {
    files=$scratch/files
    mkdir -p "$files/target/deps"
    ln -s "$program" "$files/target/deps/"
    package=$scratch/none inside=
    mkdir "$package"
    : >"$scratch/left-out"
    if [ -n "$CARGO_MANIFEST_DIR" ]; then
        package=$(cd "$CARGO_MANIFEST_DIR" && pwd -P) || exit 127
        directory=$(pwd -P)
        case $directory/ in "$package"/*) inside=${directory#"$package"} ;; esac
        ssh_left_out >"$scratch/left-out"
    fi
    {
        cat <<START
group=-\$\$
# The program shares a group with this shell alone, so that both are ended with all that it started.
if ! kill -0 "\$group" 2>/dev/null; then
    group=\$\$
    if [ -z "\$1" ] && command -v setsid >/dev/null; then exec setsid sh "\$0" again; fi
fi
trap : HUP INT TERM
echo "\$group" >$there/group
exec 9>$there/events
echo started >&9
START
        printf 'cd '
        ssh_quote "$there/package$inside"
        echo '|| exit 127'
        printf 'env %s\n' '\'
        ssh_environment
        ssh_quote "$there/target/deps/${program##*/}"
        for argument in "$@"; do ssh_quote "$argument"; done
        cat <<'END'
9>&-
code=$?
echo "ended $code" >&9
exit "$code"
END
    } >"$files/start"
}

# The names of what stays here, as patterns of tar: what cargo has built, and the repository.
ssh_left_out() {
    {
        (cd "$package" && find . -name .git -prune -print -o -type d -name target -prune -print) |
            while IFS= read -r path; do
                case $path in
                    */target) [ -e "$package/$path/CACHEDIR.TAG" ] || continue ;;
                esac
                printf '%s\n' "$path"
            done
        # Its name may be any.
        output=${program%/*}
        while [ -n "$output" ] && [ ! -e "$output/CACHEDIR.TAG" ]; do output=${output%/*}; done
        case $output in "$package"/*) printf './%s\n' "${output#"$package"/}" ;; esac
    } | sed 's/[][*?\\]/\\&/g'
}

# What cargo sets for a test: the variables of the package, of its build script, and of `[env]`; and those that std and
# libtest read.
ssh_environment() {
    {
        # shellcheck disable=SC2016
        awk 'BEGIN { for (name in ENVIRON) if (name ~ /^(CARGO_PKG_|CARGO_CRATE_NAME$|CARGO_BIN_NAME$|CARGO_PRIMARY_PACKAGE$|RUST_)/) print name }'
        if [ -n "$OUT_DIR" ] && [ -e "${OUT_DIR%/*}/output" ]; then
            sed -n 's/^cargo:\{1,2\}rustc-env=\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' "${OUT_DIR%/*}/output"
        fi
        if [ -e "${0%/*}/../config.toml" ]; then
            sed -n '
                /^[[:blank:]]*\[[[:blank:]]*env[[:blank:]]*\]/,/^[[:blank:]]*\[[[:blank:]]*[^e[:blank:]]/ s/^[[:blank:]]*["'\'']\{0,1\}\([A-Za-z_][A-Za-z0-9_]*\)["'\'']\{0,1\}[[:blank:]]*[.=].*/\1/p
                s/^[[:blank:]]*\[\{0,1\}[[:blank:]]*env\.["'\'']\{0,1\}\([A-Za-z_][A-Za-z0-9_]*\).*/\1/p
            ' "${0%/*}/../config.toml"
        fi
    } | sort -u | while read -r name; do
        case $name in CARGO_TARGET_*_RUNNER) continue ;; esac
        eval "value=\${$name-} is_set=\${$name+yes}"
        # shellcheck disable=SC2154
        if [ -z "$is_set" ]; then continue; fi
        # shellcheck disable=SC2154
        case $value in "$package" | "$package"/*) value=$there/package${value#"$package"} ;; esac
        ssh_quote "$name=$value"
    done
    if [ -n "$CARGO_MANIFEST_DIR" ]; then
        ssh_quote "CARGO_MANIFEST_DIR=$there/package"
        ssh_quote "CARGO_MANIFEST_PATH=$there/package/Cargo.toml"
    fi
    # Some shells lose variables with a hyphen in their names.
    { tr '\000' '\n' <"/proc/$$/environ" 2>/dev/null || env; } | sed -n 's/^CARGO_BIN_EXE_//p' | while IFS='=' read -r name path; do
        ln -s "$path" "$files/target/" && ssh_quote "CARGO_BIN_EXE_$name=$there/target/${path##*/}"
    done
}

# A word as every POSIX shell reads it again, and the mark that the line goes on.
ssh_quote() {
    printf '%s\n' "$1" | LC_ALL=C sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/' \\\\/"
}

# Copies what a directory holds. Times stay here, as the clock there may go otherwise, and so do owners.
ssh_copy() {
    from=$1 to=$there/$2
    shift 2
    (cd "$from" && COPYFILE_DISABLE=1 exec tar -cf - "$@" .) 3>&- 4<&- 5<&- |
        ssh_session no "exec tar -xmof - -C $to" 3>&- 4<&- 5<&- &
    copying=$!
    ssh_await "$copying"
    copying=
    [ "$ended" = 0 ] || ssh_lost "could not copy \`$from\`"
}

# Waits for a process, whatever signals come meanwhile.
ssh_await() {
    again=yes
    while [ -n "$again" ]; do
        again=
        wait "$1"
        ended=$?
    done
}

# A signal for this script is one for the program, where there is one already.
ssh_signal() {
    sent=$1 again=yes
    if [ -n "$running" ]; then
        echo "$1" >&3
    else
        # shellcheck disable=SC2086
        kill -KILL $master $copying 2>/dev/null
        ssh_end_by "$1"
    fi
}

ssh_end_by() {
    rm -rf "$scratch"
    trap - EXIT "$1"
    kill -s "$1" $$
}

# The connection failed, and not the program; ssh has said why.
ssh_lost() {
    exec 3>&-
    ssh_await "$master"
    if [ -n "$sent" ]; then ssh_end_by "$sent"; fi
    echo "error: \`ssh${options} $destination\` $1" >&2
    echo "note: this is no result of \`$program\`" >&2
    echo "hint: try \`ssh${options} -o BatchMode=yes $destination true\`, which must neither ask nor fail" >&2
    exit 127
}
