# Completion of agentops for fish: the program itself knows what fits.
function __agentops_complete
    set -l words (commandline -opc) (commandline -ct)
    agentops __complete $words[2..-1] 2>/dev/null
end
complete -c agentops -f -a '(__agentops_complete)'
