// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Cryptography;

/// <summary>Memory for secrets: between guard pages, not swapped, not dumped, zeroed when it is released, even by the finalizer.</summary>
internal sealed unsafe class SecretMemory : SafeHandle
{
    public SecretMemory(int size) : base(0, true)
    {
        SetHandle((nint)LibSodium.AllocateSecret((nuint)size));
        ObjectDisposedException.ThrowIf(IsInvalid, this);
    }

    public override bool IsInvalid => handle == 0;

    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    protected override bool ReleaseHandle()
    {
        LibSodium.FreeSecret((void*)handle);
        return true;
    }
}
