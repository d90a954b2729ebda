// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace FastLedger.Cryptography;

/// <summary>
/// The native library of <c>native/</c>, when it is there, wanted (<c>FASTLEDGER_NATIVE</c>), of this interface, on a processor that it
/// can use, and in agreement with its known answers. Otherwise a reason why not.
/// </summary>
internal static unsafe class NativeEd25519
{
    private const int AbiVersion = 2;
    private const string Variable = "FASTLEDGER_NATIVE";

    private static readonly delegate* unmanaged<SignedMessage*, nuint, byte*, nuint> VerifyFunction;
    private static readonly delegate* unmanaged<byte*, byte*, int> PrepareFunction;
    private static readonly delegate* unmanaged<byte*, byte*, nuint, byte*, int> VerifyPreparedFunction;

    static NativeEd25519()
    {
        string mode = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : "auto";
        nint library = Load(mode, out string reason);
        Reason = reason;
        IsRequired = mode == "require";
        if (library == 0) return;
        VerifyFunction = (delegate* unmanaged<SignedMessage*, nuint, byte*, nuint>)NativeLibrary.GetExport(library, "fl_ed25519_verify");
        PrepareFunction = (delegate* unmanaged<byte*, byte*, int>)NativeLibrary.GetExport(library, "fl_ed25519_prepare");
        VerifyPreparedFunction = (delegate* unmanaged<byte*, byte*, nuint, byte*, int>)NativeLibrary.GetExport(library, "fl_ed25519_verify_prepared");
        PreparedSize = ((delegate* unmanaged<nuint>)NativeLibrary.GetExport(library, "fl_ed25519_prepared_size"))();
    }

    /// <summary>True when the functions below may be called.</summary>
    public static bool IsAvailable => VerifyFunction != null;

    /// <summary>True when the operator accepts nothing else.</summary>
    public static bool IsRequired { get; }

    /// <summary>One line: what was found.</summary>
    public static string Reason { get; }

    /// <summary>Sets valid[i] to 1 or 0 for each item.</summary>
    /// <returns>How many are valid.</returns>
    public static nuint Verify(SignedMessage* items, nuint count, byte* valid) => VerifyFunction(items, count, valid);

    /// <summary>Bytes of a prepared key, which stands at an address that 64 divides.</summary>
    public static nuint PreparedSize { get; }

    /// <summary>Prepares a key of 32 bytes for many checks.</summary>
    /// <returns>False when no signature is valid under it; the prepared key says the same.</returns>
    public static bool Prepare(byte* publicKey, byte* prepared) => PrepareFunction(publicKey, prepared) != 0;

    /// <summary>Is the signature of 64 bytes valid under the prepared key?</summary>
    public static bool VerifyPrepared(byte* prepared, byte* message, nuint messageLength, byte* signature) =>
        VerifyPreparedFunction(prepared, message, messageLength, signature) != 0;

    /// <summary>Finds the library, under a mode of <c>FASTLEDGER_NATIVE</c>.</summary>
    /// <returns>Its handle, or 0.</returns>
    internal static nint Load(string mode, out string reason)
    {
        if (mode == "off")
        {
            reason = $"{Variable}=off";
            return 0;
        }

        if (mode is not ("auto" or "require"))
        {
            reason = $"{Variable}={mode} is none of off, auto, require; taken as off";
            return 0;
        }

        if (!NativeLibrary.TryLoad("fastledger", typeof(NativeEd25519).Assembly, DllImportSearchPath.AssemblyDirectory, out nint library))
        {
            reason = "libfastledger is not beside the program";
            return 0;
        }

        if (!NativeLibrary.TryGetExport(library, "fl_abi_version", out nint version) || ((delegate* unmanaged<int>)version)() != AbiVersion)
        {
            reason = "libfastledger has another interface version";
            return 0;
        }

        if (((delegate* unmanaged<int>)NativeLibrary.GetExport(library, "fl_cpu_supported"))() == 0)
        {
            reason = "the processor has no AVX-512 IFMA";
            return 0;
        }

        if (((delegate* unmanaged<int>)NativeLibrary.GetExport(library, "fl_initialize"))() != 0)
        {
            reason = "the self-test of libfastledger failed";
            return 0;
        }

        reason = "eight signatures at a time, or one under a prepared key, in AVX-512 IFMA lanes";
        return library;
    }
}
