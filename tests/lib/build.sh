# shellcheck shell=bash
# build_release SOURCE [CMAKE-ARGUMENT...]: configures and builds the release preset. A first build
# compiles whole folders; who develops in it configures it himself, or turns AGENTOPS_TOGETHER off.

build_release() (
    cd "$1" || exit
    shift
    [[ -e build/release/CMakeCache.txt ]] || set -- -DAGENTOPS_TOGETHER=ON "$@"
    cmake --preset release "$@" && cmake --build --preset release
)
