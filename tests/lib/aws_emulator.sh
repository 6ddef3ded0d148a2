# shellcheck shell=bash
# An AWS emulator on a free loopback port and a Terraform that talks to nothing else. Source it:
#   emulator_start FOLDER; trap emulator_stop EXIT; emulator_env FOLDER

# Folders where a mirror of Terraform providers may lie.
PROVIDER_MIRROR_ROOTS=("${HOME:-}/.terraform.d" /usr/local/share/terraform /usr/share/terraform /opt /srv /var/lib)

# find_provider_mirror ROOT...: prints the first unpacked mirror that has the AWS provider.
find_provider_mirror() {
    local registry
    while read -r registry; do
        if compgen -G "$registry/hashicorp/aws/*/*_*/terraform-provider-aws*" >/dev/null; then
            dirname "$registry"
            return 0
        fi
    done < <(find -H "$@" -maxdepth 4 -type d -name 'registry.*.*' -prune 2>/dev/null)
    return 1
}

# Prints the providers of a mirror as one quoted list: "registry.terraform.io/hashicorp/aws", ...
mirrored_providers() {
    find -L "$1" -mindepth 3 -maxdepth 3 -type d -path "$1/*.*/*/*" -printf '"%P", ' | sed 's/, $//'
}

# write_cli_config FILE [ROOT...]: a Terraform CLI configuration that takes providers from the first
# mirror under ROOT... and what the mirror lacks from the registry.
write_cli_config() {
    local file=$1 mirror providers
    shift
    [[ $# -gt 0 ]] || set -- "${PROVIDER_MIRROR_ROOTS[@]}"
    if ! mirror=$(find_provider_mirror "$@"); then
        printf 'provider_installation {\n  direct {}\n}\n' >"$file"
        return 0
    fi
    providers=$(mirrored_providers "$mirror")
    cat >"$file" <<CONFIG
provider_installation {
  filesystem_mirror {
    path    = "$mirror"
    include = [$providers]
  }
  direct {
    exclude = [$providers]
  }
}
CONFIG
}

# Starts the emulator; sets EMULATOR_PID and EMULATOR_URL. It ends with this shell at the latest.
emulator_start() {
    local log=$1/emulator.log try
    : >"$log" # it is read below, maybe before the emulator's own shell has made it
    # The emulator knows no current images; amis.json has those that the catalog looks for.
    MOTO_AMIS_PATH="$(dirname "${BASH_SOURCE[0]}")/amis.json" \
        setpriv --pdeathsig TERM moto_server -H 127.0.0.1 -p 0 >"$log" 2>&1 &
    EMULATOR_PID=$!
    for ((try = 0; try < 300; try++)); do
        EMULATOR_URL=$(sed -n 's|.*Running on \(http://127\.0\.0\.1:[0-9]*\).*|\1|p' "$log")
        [[ -z $EMULATOR_URL ]] || return 0
        kill -0 "$EMULATOR_PID" 2>/dev/null || break
        sleep 0.1
    done
    echo "the AWS emulator (moto_server) did not start:" >&2
    cat "$log" >&2
    return 1
}

emulator_stop() {
    [[ -n ${EMULATOR_PID:-} ]] || return 0
    kill "$EMULATOR_PID" 2>/dev/null || true
    wait "$EMULATOR_PID" 2>/dev/null || true
    EMULATOR_PID=
}

# emulator_env FOLDER: sends the aws command and Terraform to the emulator.
emulator_env() {
    write_cli_config "$1/terraform.rc"
    export TF_CLI_CONFIG_FILE=$1/terraform.rc
    export AWS_ENDPOINT_URL=$EMULATOR_URL AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER=
    unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN
}
