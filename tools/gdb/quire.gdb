# tools/run --gdb says how this is loaded: gdb-multiarch -x tools/gdb/quire.gdb KERNEL.ELF
set confirm off
set pagination off
set architecture aarch64
python
import os, sys
sys.path.insert(0, os.path.join(os.getcwd(), "tools", "gdb"))
import quire
end
quire-connect
quire-symbols
echo Quire: break where you like, then "continue". "help quire" lists what this adds.\n
