// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Patterns;

/// <summary>A command of any opcode where a typed one is wanted.</summary>
[StructLayout(LayoutKind.Explicit, Size = Command.Size)]
internal struct PlainCommand : ICommand
{
    [FieldOffset(0)] public Command Command;

    static Opcode ICommand.Opcode => Opcode.Noop;
}
