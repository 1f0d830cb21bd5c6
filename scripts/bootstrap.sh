# shellcheck shell=bash
# Sourced by the scripts beside it, never run: makes .venv and keeps it in step with pyproject.toml.
#
# ensure_venv EXTRA       `base` for what the program needs, `test` for that and what the checks need
#
# After it, $ROOT is the project's folder and $VENV the environment. Every package is the version that is pinned in
# requirements/, and its file has a hash that stands there. Nothing is installed again until those or pyproject.toml
# change, or the folder moves. All it says goes to standard error, in one line.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$ROOT/.venv

say() { printf '%s\n' "$*" >&2; }
give_up() { say "$@"; exit 1; }

ensure_venv() {
    local extra=$1
    # Two scripts started at once: the second waits for the first. The lock is the folder's own and goes with the process.
    if command -v flock >/dev/null 2>&1; then
        exec 9<"$ROOT"
        flock 9
    fi
    if ! is_installed "$extra"; then
        has_python || make_venv
        install_project "$extra"
    fi
    exec 9<&-
}

is_installed() {
    [ -x "$VENV/bin/porchlight" ] && has_python || return 1
    # What the tests need includes what the program needs.
    is_stamped "$1" || { [ "$1" = base ] && is_stamped test; }
}

has_python() {
    [ -x "$VENV/bin/python" ] && is_new_enough "$VENV/bin/python" && ! was_moved
}

# An environment does not survive a move of its folder: its programs carry the path.
was_moved() {
    local stamp
    for stamp in "$VENV"/.installed-*; do
        [ -e "$stamp" ] && [ "$(tail -n 1 "$stamp")" != "$ROOT" ] && return 0
    done
    return 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

stamp_of() { printf '%s/.installed-%s' "$VENV" "$1"; }
is_stamped() { [ "$(cat "$(stamp_of "$1")" 2>/dev/null)" = "$(fingerprint)" ]; }

fingerprint() {
    printf '%s\n%s\n' "$(cat "$ROOT"/pyproject.toml "$ROOT"/requirements/*.txt | cksum)" "$ROOT"
}

make_venv() {
    local python
    python=$(find_python) || give_up "Porchlight needs Python 3.11 or newer, and found none on the PATH. Install it, then run this again."
    "$python" -m venv --clear "$VENV" >/dev/null 2>&1 ||
        { command -v uv >/dev/null 2>&1 && uv venv --quiet --clear --python "$python" "$VENV" >/dev/null 2>&1; } ||
        give_up "$python can't make a virtual environment in $VENV. On Debian and Ubuntu the package python3-venv is missing."
}

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$name" >/dev/null 2>&1 && is_new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

install_project() {
    local extra=$1 pinned=$ROOT/requirements/$1.txt log=$VENV/install.log began=$SECONDS
    printf 'Installing Porchlight into .venv (once, about a minute) …' >&2
    if with_uv "$pinned" >"$log" 2>&1 || with_pip "$pinned" >>"$log" 2>&1; then
        fingerprint >"$(stamp_of "$extra")"
        say " done in $((SECONDS - began)) s."
        return
    fi
    say " failed."
    if grep -qiE 'connection|resolve|network|unreachable|timed out|no matching distribution|dns' "$log"; then
        give_up "The packages could not be fetched: this needs the network once (or pip's own settings for a local mirror). Run it again when online; all of it is in .venv/install.log."
    fi
    tail -n 8 "$log" >&2
    give_up "The packages could not be installed; all of it is in .venv/install.log."
}

with_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    local install=(uv pip install --quiet --python "$VENV/bin/python")
    "${install[@]}" --require-hashes --requirement "$1" && "${install[@]}" --no-deps --editable "$ROOT"
}

with_pip() {
    "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || "$VENV/bin/python" -m ensurepip || return 1
    local install=("$VENV/bin/python" -m pip install --quiet --disable-pip-version-check)
    "${install[@]}" --require-hashes --requirement "$1" && "${install[@]}" --no-deps --editable "$ROOT"
}
