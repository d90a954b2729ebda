// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;

namespace FastLedger.Load.Machine;

/// <summary>Names the disk under a directory: mount table first, then what the kernel says of the block device.</summary>
internal static class DiskDescription
{
    public static string Of(string directory)
    {
        if (!File.Exists("/proc/self/mountinfo")) return "unknown";
        string path = Path.GetFullPath(directory);
        string best = "", mount = "";
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
        {
            // Fields: id parent major:minor root mountpoint options … - type source super-options (proc(5)).
            string point = line.Split(' ')[4];
            bool covers = point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal);
            if (covers && point.Length >= mount.Length)
            {
                best = line;
                mount = point;
            }
        }

        if (best.Length == 0) return "unknown";
        string[] fields = best.Split(' ');
        int dash = Array.IndexOf(fields, "-");
        string type = fields[dash + 1], source = fields[dash + 2];
        return $"{source} {DescribeDevice(fields[2])}{type} on {mount} ({fields[5]}{SuperOptions(fields, dash)})";
    }

    private static string SuperOptions(string[] fields, int dash)
    {
        string[] named = fields.Length > dash + 3 ? fields[dash + 3].Split(',') : [];
        string rest = string.Join(',', named.Where(option => option is not "rw" and not "ro"));
        return rest.Length == 0 ? "" : "; " + rest;
    }

    private static string DescribeDevice(string number)
    {
        string device = $"/sys/dev/block/{number}";
        if (!Directory.Exists(device)) return "";
        // A partition's queue is its disk's.
        string queue = Directory.Exists(Path.Combine(device, "queue")) ? Path.Combine(device, "queue") : Path.Combine(device, "..", "queue");
        string cache = MachineFingerprint.ReadLine(Path.Combine(queue, "write_cache")) ?? "unknown cache";
        string rotational = MachineFingerprint.ReadLine(Path.Combine(queue, "rotational")) == "0" ? "solid state" : "rotational flag set";
        string model = MachineFingerprint.ReadLine(Path.Combine(device, "device", "model")) ?? "";
        return $"[{string.Join(", ", new[] { model, rotational, cache }.Where(text => text.Length != 0))}] ";
    }
}
