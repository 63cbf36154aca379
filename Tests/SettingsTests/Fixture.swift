import Settings
import TestSupport

/// A provider with only the required settings.
let alpha =
    #"{name: alpha, url: "https://alpha.example/api/v2", api_key: {env: ALPHA_KEY}, currency: USD}"#

/// Loads `pipeline` from a folder that also holds these other files.
func load(_ pipeline: String, beside files: [String: String] = [:]) throws(SettingsError)
    -> Settings
{
    let folder = TemporaryFolder()
    for (name, text) in files { folder.write(text, to: name) }
    return try load(pipeline, in: folder)
}

func load(_ pipeline: String, in folder: TemporaryFolder) throws(SettingsError) -> Settings {
    try Settings.load(from: folder.write(pipeline, to: "config/pipeline.yaml"))
}

/// The mistakes in a configuration, one a line, without the name of the temporary folder.
func problems(_ pipeline: String, beside files: [String: String] = [:]) -> [String] {
    let folder = TemporaryFolder()
    for (name, text) in files { folder.write(text, to: name) }
    do {
        _ = try load(pipeline, in: folder)
        return []
    } catch {
        return error.description.split(separator: "\n").map { line in
            String(line).replacing("\(folder.path)/config/", with: "").replacing(
                " Nothing was run.", with: "")
        }
    }
}
