# shellcheck shell=bash
# build_release SOURCE [CMAKE-ARGUMENT...]: configures and builds the release preset. A first build
# compiles files together; who develops in it configures it himself, or sets AGENTOPS_TOGETHER to 0.

build_release() (
    cd "$1" || exit
    shift
    [[ -e build/release/CMakeCache.txt ]] || set -- -DAGENTOPS_TOGETHER=8 "$@"
    cmake --preset release "$@" && cmake --build --preset release
)
