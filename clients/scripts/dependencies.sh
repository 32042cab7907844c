# Sourced by run and test: finds the Debian packages that are missing, prints which and why, and installs them.
#
#     need PACKAGE why...     for each package, then once
#     install_missing         installs them as root; otherwise prints the command for root, and exits with 1
#
# A package that dpkg lists as installed is skipped, so a second call takes milliseconds and changes nothing.

missing=

need() {
    case $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) in
    installed) ;;
    *)
        package=$1
        shift
        missing="$missing $package"
        printf '%-22s is missing: %s\n' "$package" "$*" >&2
        ;;
    esac
}

need_to_build() {
    need pkg-config finds the libraries below
    need libsqlite3-dev journal, messages and projection
    need libssl-dev TLS and password keys
    need libgmime-3.0-dev parsing and composing messages
    need libcurl4-openssl-dev sending messages
    need libgumbo-dev text from HTML messages
    need libedit-dev line editing in the client
}

need_to_try() {
    need openssl a client for people: s_client
    need ncat another client for people
}

need_to_test() {
    need_to_try
    need socat a peer that half-closes
    need gnutls-bin a peer with another TLS library: gnutls-cli
    need netcat-openbsd the peer without TLS: nc -N
}

install_missing() {
    if ! command -v swift >/dev/null; then
        echo "No swift found in PATH: install the Swift 6.3 toolchain (swift.org), then run this again." >&2
        exit 1
    fi
    if ! command -v dpkg-query >/dev/null; then
        echo "Not a Debian system: install the libraries that clients/scripts/dependencies.sh names yourself." >&2
        return
    fi
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "As root: apt-get update && apt-get install --yes --no-install-recommends$missing" >&2
        exit 1
    fi
    echo "Installing:$missing" >&2
    # The package lists may be absent or stale: then the first try fails, and they are fetched once.
    quietly_install || { apt-get -qq update && quietly_install; } || {
        cat "$apt_said" >&2
        rm -f "$apt_said"
        echo "apt-get could not install:$missing" >&2
        exit 1
    }
    rm -f "$apt_said"
    missing=
}

quietly_install() {
    apt_said=${apt_said:-$(mktemp)}
    # shellcheck disable=SC2086 # one word per package
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
        $missing >"$apt_said" 2>&1 </dev/null
}
